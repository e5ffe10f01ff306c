-- One central process reads a hub at a time. The fence is a number that only rises: whoever takes a hub over raises it, and
-- what the owner before still had in hand does not commit.
alter table intake_watermarks add column owner_id uuid;
alter table intake_watermarks add column fence bigint not null default 0;
alter table intake_watermarks add column owned_until timestamptz(3);

-- The last time that a hub's events were fetched from its ledger instead of its stream; not done yet while done_at is null.
create table resyncs (
  hub_id    text primary key references hubs,
  reason    text not null check (reason in ('gap', 'stream_lost', 'tail_lost', 'command')),
  asked_at  timestamptz(3) not null,
  from_seq  bigint not null check (from_seq >= 0),
  done_at   timestamptz(3),
  to_seq    bigint,
  check ((done_at is null) = (to_seq is null)),
  check (to_seq >= from_seq)
);
