-- What merchants deal in, and what the bureau has been told.

create table merchant_trades (
  merchant_id  text primary key,
  trade        text not null
);

-- A week of the city as the bureau may see it, protected once and never made again: whoever asks twice cannot take one answer
-- from the other.
create table bureau_releases (
  -- the Monday of the week that it is of
  week         date primary key,
  body         jsonb not null,
  released_at  timestamptz(3) not null
);
create trigger bureau_releases_append_only before update or delete or truncate on bureau_releases
  for each statement execute function refuse_change();
