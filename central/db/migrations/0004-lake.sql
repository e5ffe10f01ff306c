-- What of the books is in the lake: which files are in force, how far each hub is projected, whose erasure has reached it.
-- The files are the truth of what was written, these rows are the truth of what counts.

create table lake_state (
  singleton     boolean primary key default true check (singleton),
  -- which key the pseudonyms in the files were made with; the keys themselves are never in the database
  key_epoch     integer not null check (key_epoch >= 1),
  epoch_began   timestamptz(3) not null
);

create table lake_watermarks (
  hub_id     text primary key references hubs,
  event_seq  bigint not null default 0 check (event_seq >= 0)
);

create table lake_files (
  hub_id       text not null references hubs,
  file_id      bigint generated always as identity,
  -- below the lake's folder
  path         text not null,
  street_id    text not null,
  -- the city's day on which the payments were made that its rows are about
  day          date not null,
  from_seq     bigint not null check (from_seq >= 1),
  to_seq       bigint not null check (to_seq >= from_seq),
  rows         integer not null check (rows >= 1),
  written_at   timestamptz(3) not null,
  primary key (hub_id, file_id),
  unique (hub_id, path)
);
create index lake_files_by_day on lake_files (hub_id, day);

create table lake_erasures (
  shopper_id   uuid primary key,
  erasure_no   bigint generated always as identity unique,
  reached_at   timestamptz(3) not null
);

-- the projection reads a hub's captures in the order of its chain; an erasure finds a person's payments
create unique index payments_by_event on payments (hub_id, event_seq);
create index payments_by_shopper on payments (shopper_id);
