-- What the city has published with noise, and what privacy it has spent on it. Drawn once: the same question is never
-- answered with other noise.
create table public_releases (
  dataset      text not null,
  -- the Monday of the week that it is of
  week         date not null,
  -- thousandths of the privacy parameter
  epsilon_milli  integer not null check (epsilon_milli >= 1),
  -- [{"street":…,"visitors":…}]
  rows         jsonb not null,
  released_at  timestamptz(3) not null,
  primary key (dataset, week)
);
create trigger public_releases_append_only before update or delete or truncate on public_releases
  for each statement execute function refuse_change();
