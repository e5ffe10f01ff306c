-- Lives of hubs (central/intake/epochs.ts): a hub that was restored from a backup, or replaced, continues from an event that is
-- not the last which central has. The first life has no row.
create table hub_epochs (
  hub_id     text not null references hubs,
  epoch      integer not null check (epoch >= 2),
  event_id   uuid not null,
  -- places in the inbox: of its first event, and of the event that it continues from
  from_seq   bigint not null check (from_seq >= 1),
  after_seq  bigint not null check (after_seq >= 0 and after_seq < from_seq),
  -- place less the hub's own sequence
  carried    bigint not null check (carried >= 0),
  opened_at  timestamptz(3) not null,
  primary key (hub_id, epoch),
  unique (hub_id, from_seq)
);
create trigger hub_epochs_append_only before update or delete on hub_epochs
  for each row execute function refuse_change();
create trigger hub_epochs_no_truncate before truncate on hub_epochs
  for each statement execute function refuse_change();

alter table intake_watermarks add column epoch integer not null default 1;
alter table intake_watermarks add column carried bigint not null default 0;

-- What a life tells after another has begun: it is not booked, and not lost. People look at it.
create table superseded_events (
  hub_id       text not null references hubs,
  event_id     uuid not null,
  -- the hub's own sequence
  hub_seq      bigint not null,
  type         text not null,
  hash         text not null,
  received_at  timestamptz(3) not null,
  -- null for what may hold something of a person by themselves: an enrolment
  raw          text,
  primary key (hub_id, event_id)
);
create index superseded_events_by_hash on superseded_events (hub_id, hash);
create trigger superseded_events_append_only before update or delete on superseded_events
  for each row execute function refuse_change();
create trigger superseded_events_no_truncate before truncate on superseded_events
  for each statement execute function refuse_change();

-- What lives that are over were granted: nobody spends it any more, and it stays in escrow until somebody corrects the wallet.
alter table allowances add column closed_minor bigint not null default 0;
alter table allowances add check (closed_minor >= 0 and closed_minor <= granted_minor);

alter table reconciliation_exceptions drop constraint reconciliation_exceptions_source_check;
alter table reconciliation_exceptions add constraint reconciliation_exceptions_source_check
  check (source in ('nightly', 'command', 'intake'));
