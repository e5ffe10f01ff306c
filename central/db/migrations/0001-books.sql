-- Central's truth. Whatever belongs to a hub carries hub_id first in its primary key: the
-- distribution column of a later cluster.

create table hubs (
  hub_id           text primary key,
  -- what the hub says of itself, once it has announced itself and its certificate was checked
  street_id        text,
  street_name      text,
  sealing_key      text,
  certificate_pem  text,
  signature        text,
  announced_at     timestamptz(3)
);

create table intake_watermarks (
  hub_id          text primary key references hubs,
  -- which stream was read: a hub that lost its JetStream makes another one, numbered from 1 again
  stream_created  text,
  stream_seq      bigint not null default 0 check (stream_seq >= 0),
  chain_seq       bigint not null default 0 check (chain_seq >= 0),
  chain_hash      text not null default repeat('0', 64) check (chain_hash ~ '^[0-9a-f]{64}$'),
  updated_at      timestamptz(3)
);

create table inbox (
  hub_id       text not null references hubs,
  seq          bigint not null check (seq >= 1),
  event_id     uuid not null,
  type         text not null,
  version      integer not null,
  occurred_at  timestamptz(3) not null,
  prev_hash    text not null,
  hash         text not null,
  stream_seq   bigint not null,
  received_at  timestamptz(3) not null,
  -- the event exactly as it was sent; null once an erasure has emptied it (the hash stays)
  raw          text,
  primary key (hub_id, seq),
  unique (hub_id, event_id)
);

create table quarantined_events (
  hub_id       text not null references hubs,
  stream_seq   bigint not null,
  received_at  timestamptz(3) not null,
  -- null for what could not be read as an event at all
  seq          bigint,
  type         text,
  version      integer,
  reason       text not null,
  raw          text,
  id           bigint generated always as identity,
  primary key (hub_id, id)
);

create table shops (
  hub_id       text not null references hubs,
  shop_id      text not null,
  shop_name    text not null,
  merchant_id  text not null,
  primary key (hub_id, shop_id)
);

create table terminals (
  hub_id         text not null references hubs,
  terminal_id    text not null,
  shop_id        text not null,
  registered_at  timestamptz(3) not null,
  primary key (hub_id, terminal_id)
);

create table payments (
  hub_id        text not null references hubs,
  payment_id    uuid not null,
  event_seq     bigint not null,
  shopper_id    uuid not null,
  terminal_id   text not null,
  shop_id       text not null,
  merchant_id   text not null,
  amount_minor  bigint not null check (amount_minor > 0),
  currency      text not null check (currency ~ '^[A-Z]{3}$'),
  method        text not null,
  reference     text not null,
  captured_at   timestamptz(3) not null,
  booked_at     timestamptz(3) not null,
  primary key (hub_id, payment_id),
  foreign key (hub_id, event_seq) references inbox (hub_id, seq)
);
create index payments_by_capture on payments (captured_at desc, payment_id desc);

create table journal_entries (
  hub_id      text not null references hubs,
  entry_id    uuid not null,
  kind        text not null check (kind in ('capture')),
  payment_id  uuid not null,
  booked_at   timestamptz(3) not null,
  primary key (hub_id, entry_id),
  foreign key (hub_id, payment_id) references payments (hub_id, payment_id),
  unique (hub_id, payment_id, kind)
);

-- One row moves an amount from an account to another: a debit without its credit cannot be written.
create table postings (
  hub_id        text not null,
  entry_id      uuid not null,
  line          smallint not null check (line >= 1),
  debit         text not null,
  credit        text not null,
  amount_minor  bigint not null check (amount_minor > 0),
  currency      text not null check (currency ~ '^[A-Z]{3}$'),
  primary key (hub_id, entry_id, line),
  foreign key (hub_id, entry_id) references journal_entries (hub_id, entry_id),
  check (debit <> credit)
);

create table shoppers (
  hub_id       text not null references hubs,
  shopper_id   uuid not null,
  enrolled_at  timestamptz(3) not null,
  primary key (hub_id, shopper_id)
);
create index shoppers_by_id on shoppers (shopper_id);

create table enrolments (
  hub_id        text not null references hubs,
  event_seq     bigint not null,
  shopper_id    uuid not null,
  pack_id       text not null,
  text_version  text not null,
  language      text not null,
  given_at      timestamptz(3) not null,
  streets       text[] not null,
  primary key (hub_id, event_seq),
  foreign key (hub_id, event_seq) references inbox (hub_id, seq),
  foreign key (hub_id, shopper_id) references shoppers (hub_id, shopper_id)
);
create index enrolments_by_shopper on enrolments (shopper_id);

-- Which hub was sent a sealed template. The template itself, which central cannot open, is in the
-- downlink row and nowhere else, so that an erasure has one place to empty.
create table replicas (
  hub_id        text not null references hubs,
  shopper_id    uuid not null,
  pack_id       text not null,
  from_hub_id   text not null references hubs,
  downlink_seq  bigint not null,
  sent_at       timestamptz(3) not null,
  primary key (hub_id, shopper_id, pack_id)
);
create index replicas_by_shopper on replicas (shopper_id);

create table erasures (
  hub_id        text not null references hubs,
  shopper_id    uuid not null,
  requested_at  timestamptz(3) not null,
  primary key (hub_id, shopper_id)
);
create index erasures_by_shopper on erasures (shopper_id);

-- The hubs that hold or may hold something of the person, each of which owes a receipt.
create table erasure_targets (
  hub_id      text not null references hubs,
  shopper_id  uuid not null,
  primary key (hub_id, shopper_id)
);
create index erasure_targets_by_shopper on erasure_targets (shopper_id);

create table erasure_receipts (
  hub_id             text not null references hubs,
  shopper_id         uuid not null,
  erased_at          timestamptz(3) not null,
  templates_removed  integer not null check (templates_removed >= 0),
  signature          text not null,
  received_at        timestamptz(3) not null,
  primary key (hub_id, shopper_id)
);
create index erasure_receipts_by_shopper on erasure_receipts (shopper_id);

create table downlink_heads (
  hub_id     text primary key references hubs,
  head_seq   bigint not null default 0 check (head_seq >= 0),
  acked_seq  bigint not null default 0 check (acked_seq between 0 and head_seq),
  acked_at   timestamptz(3)
);

create table downlink (
  hub_id      text not null references hubs,
  seq         bigint not null check (seq >= 1),
  type        text not null,
  shopper_id  uuid,
  -- the message as it is sent, JSON
  body        text not null,
  created_at  timestamptz(3) not null,
  primary key (hub_id, seq)
);
create index downlink_by_shopper on downlink (shopper_id) where shopper_id is not null;

create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '% is append-only', tg_table_name using errcode = 'restrict_violation';
end $$;

create trigger payments_append_only before update or delete on payments
  for each row execute function refuse_change();
create trigger payments_no_truncate before truncate on payments
  for each statement execute function refuse_change();
create trigger journal_entries_append_only before update or delete on journal_entries
  for each row execute function refuse_change();
create trigger journal_entries_no_truncate before truncate on journal_entries
  for each statement execute function refuse_change();
create trigger postings_append_only before update or delete on postings
  for each row execute function refuse_change();
create trigger postings_no_truncate before truncate on postings
  for each statement execute function refuse_change();
create trigger inbox_no_delete before delete on inbox
  for each row execute function refuse_change();
create trigger inbox_no_truncate before truncate on inbox
  for each statement execute function refuse_change();
-- An erasure may empty the text of an event; nothing else of the inbox ever changes.
create trigger inbox_append_only before update on inbox
  for each row when (
    new.raw is not null
    or (old.hub_id, old.seq, old.event_id, old.type, old.version, old.occurred_at, old.prev_hash,
        old.hash, old.stream_seq, old.received_at)
       is distinct from
       (new.hub_id, new.seq, new.event_id, new.type, new.version, new.occurred_at, new.prev_hash,
        new.hash, new.stream_seq, new.received_at)
  ) execute function refuse_change();
