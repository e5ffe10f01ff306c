-- Paying merchants. What hubs book is in `journal_entries` and `postings`; what only the city does is booked here, in the same
-- way: one row moves an amount from an account to another (docs/ledger.md, docs/settlement.md).

create table city_entries (
  entry_id       uuid primary key,
  kind           text not null check (kind in ('payout', 'payout_booked', 'payout_returned')),
  -- the payout that it is about: each kind of entry once
  subject_id     uuid not null,
  amount_minor   bigint not null check (amount_minor > 0),
  currency       text not null check (currency ~ '^[A-Z]{3}$'),
  -- set where a merchant is owed more or less by it, which a later payout has to settle
  merchant_id    text,
  payable_minor  bigint check (payable_minor <> 0),
  booked_at      timestamptz(3) not null,
  unique (kind, subject_id),
  check ((merchant_id is null) = (payable_minor is null))
);

create table city_postings (
  entry_id      uuid not null references city_entries,
  line          smallint not null check (line >= 1),
  debit         text not null,
  credit        text not null,
  amount_minor  bigint not null check (amount_minor > 0),
  currency      text not null check (currency ~ '^[A-Z]{3}$'),
  primary key (entry_id, line),
  check (debit <> credit),
  check (debit ~ '^(payable:merchant:.+|transit:payouts|cash:settlement|income:fees)$'),
  check (credit ~ '^(payable:merchant:.+|transit:payouts|cash:settlement|income:fees)$')
);

create function check_city_entry() returns trigger language plpgsql as $$
begin
  if new.amount_minor is distinct from (
    select sum(amount_minor) from city_postings where entry_id = new.entry_id and currency = new.currency) then
    raise exception 'an entry books exactly its amount' using errcode = 'check_violation';
  end if;
  return null;
end $$;
create constraint trigger city_entries_are_booked_in_full after insert on city_entries
  deferrable initially deferred for each row execute function check_city_entry();
create trigger city_entries_append_only before update or delete on city_entries
  for each row execute function refuse_change();
create trigger city_entries_no_truncate before truncate on city_entries
  for each statement execute function refuse_change();
create trigger city_postings_append_only before update or delete on city_postings
  for each row execute function refuse_change();
create trigger city_postings_no_truncate before truncate on city_postings
  for each statement execute function refuse_change();

-- Entries of hubs that no payout has settled yet: what a run looks at, however long the history is.
create table unsettled_entries (
  hub_id    text not null,
  entry_id  uuid not null,
  primary key (hub_id, entry_id)
);
insert into unsettled_entries select hub_id, entry_id from journal_entries;
create function note_unsettled() returns trigger language plpgsql as $$
begin
  insert into unsettled_entries select hub_id, entry_id from booked;
  return null;
end $$;
create trigger journal_entries_are_to_be_settled after insert on journal_entries
  referencing new table as booked for each statement execute function note_unsettled();

create table settlement_runs (
  run_id           uuid primary key,
  kind             text not null check (kind in ('daily', 'demand')),
  day              date not null,
  -- null: of all merchants
  merchant_id      text,
  currency         text not null check (currency ~ '^[A-Z]{3}$'),
  captured_before  timestamptz(3) not null,
  started_at       timestamptz(3) not null,
  check (kind = 'demand' or merchant_id is null)
);
create unique index settlement_runs_once_a_day on settlement_runs (day, currency) where kind = 'daily';
create index settlement_runs_by_start on settlement_runs (started_at desc, run_id desc);

-- A file is kept, with its id, before it is first sent; sent again, it is the same bytes.
create table settlement_files (
  message_id      text primary key check (message_id ~ '^[0-9a-f]{32}$'),
  run_id          uuid not null references settlement_runs,
  execution_date  date not null,
  content         text not null,
  made_at         timestamptz(3) not null,
  sent_at         timestamptz(3)
);
create index settlement_files_to_send on settlement_files (made_at) where sent_at is null;
create index settlement_files_by_run on settlement_files (run_id);

create table payouts (
  payout_id     uuid primary key,
  run_id        uuid not null references settlement_runs,
  message_id    text not null references settlement_files deferrable initially deferred,
  merchant_id   text not null references merchants,
  account_id    uuid not null,
  currency      text not null check (currency ~ '^[A-Z]{3}$'),
  -- captured - refunded - fees + adjusted = amount
  captured_minor  bigint not null check (captured_minor >= 0),
  refunded_minor  bigint not null check (refunded_minor >= 0),
  fee_minor       bigint not null,
  adjusted_minor  bigint not null,
  amount_minor    bigint not null check (amount_minor > 0),
  state         text not null check (state in ('instructed', 'accepted', 'booked', 'returned')),
  reason_code   text,
  changed_at    timestamptz(3) not null,
  foreign key (merchant_id, account_id) references merchant_accounts,
  check (amount_minor = captured_minor - refunded_minor - fee_minor + adjusted_minor),
  check ((reason_code is not null) = (state = 'returned'))
);
create index payouts_by_run on payouts (run_id);
create index payouts_by_message on payouts (message_id);
create index payouts_by_merchant on payouts (merchant_id, payout_id desc);

-- Each entry of a hub is settled by one payout, and once.
create table settlement_items (
  hub_id        text not null,
  entry_id      uuid not null,
  payout_id     uuid not null references payouts,
  kind          text not null check (kind in ('capture', 'refund', 'reverse')),
  payment_id    uuid not null,
  -- signed: what the merchant is owed more by it, and what of that is the city's fee
  amount_minor  bigint not null,
  basis_points  integer not null,
  fee_minor     bigint not null,
  moved_at      timestamptz(3) not null,
  primary key (hub_id, entry_id),
  foreign key (hub_id, entry_id) references journal_entries
);
create index settlement_items_by_payout on settlement_items (payout_id);
create index settlement_items_by_payment on settlement_items (hub_id, payment_id);
create trigger settlement_items_append_only before update or delete on settlement_items
  for each row execute function refuse_change();

-- The same for what the city itself booked.
create table settlement_adjustments (
  entry_id      uuid primary key references city_entries,
  payout_id     uuid not null references payouts,
  amount_minor  bigint not null
);
create index settlement_adjustments_by_payout on settlement_adjustments (payout_id);
create trigger settlement_adjustments_append_only before update or delete on settlement_adjustments
  for each row execute function refuse_change();

-- What banks have answered, once each.
create table bank_messages (
  message_id   text primary key,
  kind         text not null check (kind in ('pain.002', 'camt.053')),
  sha256       text not null,
  content      text not null,
  received_at  timestamptz(3) not null
);

create table settlement_exceptions (
  exception_id  bigint generated always as identity primary key,
  code          text not null,
  subject       text not null,
  merchant_id   text,
  detail        text not null,
  found_at      timestamptz(3) not null,
  resolved_at   timestamptz(3),
  note          text,
  check ((resolved_at is null) = (note is null))
);
create unique index settlement_exceptions_open on settlement_exceptions (code, subject) where resolved_at is null;
create trigger settlement_exceptions_stay before update on settlement_exceptions
  for each row execute function keep_resolved();
create trigger settlement_exceptions_no_delete before delete or truncate on settlement_exceptions
  for each statement execute function refuse_change();
