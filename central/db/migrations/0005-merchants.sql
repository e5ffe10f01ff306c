-- Whom the city pays. A hub names a merchant by its id in every payment; who that is, is known here.

-- Every administrative act at central, hash-chained; `subject` is what was acted on, `actor` the person's id at their provider.
create table audit (
  seq       bigint primary key check (seq >= 1),
  at        timestamptz(3) not null,
  action    text not null,
  actor     text not null,
  role      text not null,
  subject   text not null,
  prev_hash text not null check (prev_hash ~ '^[0-9a-f]{64}$'),
  hash      text not null check (hash ~ '^[0-9a-f]{64}$')
);
create trigger audit_append_only before update or delete on audit
  for each row execute function refuse_change();
create trigger audit_no_truncate before truncate on audit
  for each statement execute function refuse_change();

create table merchants (
  merchant_id     text primary key check (merchant_id ~ '^[a-z0-9]([a-z0-9-]{0,46}[a-z0-9])?$'),
  company_name    text not null,
  licence_number  text not null check (licence_number ~ '^[0-9A-Z]{18}$'),
  state           text not null check (state in ('applied', 'approved', 'rejected', 'suspended')),
  applied_at      timestamptz(3) not null,
  reviewed_at     timestamptz(3),
  review_note     text,
  check ((reviewed_at is null) = (state = 'applied'))
);

-- Where a merchant is paid. Never edited: a correction is a new row, and the last one that was approved counts.
create table merchant_accounts (
  merchant_id   text not null references merchants,
  account_id    uuid not null,
  version       integer not null check (version >= 1),
  holder        text not null,
  number        text not null check (number ~ '^[0-9A-Za-z]{5,34}$'),
  bank_name     text not null,
  -- the bank's number in China's national payment system
  bank_code     text not null check (bank_code ~ '^\d{12}$'),
  proposed_at   timestamptz(3) not null,
  decided_at    timestamptz(3),
  approved      boolean,
  -- set when a bank has sent a payout back: nothing more is paid to it
  refused_at    timestamptz(3),
  refusal_code  text,
  primary key (merchant_id, account_id),
  unique (merchant_id, version),
  check ((decided_at is null) = (approved is null)),
  check ((refused_at is null) = (refusal_code is null))
);

-- What the city keeps of a merchant's takings, in hundredths of a percent, from a day (China's) on.
create table merchant_fees (
  merchant_id  text not null references merchants,
  from_date    date not null,
  basis_points integer not null check (basis_points between 0 and 1000),
  set_at       timestamptz(3) not null,
  primary key (merchant_id, from_date)
);
create trigger merchant_fees_append_only before update or delete on merchant_fees
  for each row execute function refuse_change();

-- Who may act for a merchant, by their id at the sign-in provider.
create table merchant_staff (
  merchant_id  text not null references merchants,
  subject      text not null,
  role         text not null check (role in ('owner', 'cashier')),
  added_at     timestamptz(3) not null,
  primary key (merchant_id, subject)
);
create index merchant_staff_by_subject on merchant_staff (subject);
create index shops_by_merchant on shops (merchant_id);
