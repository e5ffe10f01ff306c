-- A shopper disputes a payment: the risk fund gives the money back at once, the merchant's share is held until it is decided.

alter table city_entries drop constraint city_entries_kind_check;
alter table city_entries add constraint city_entries_kind_check check (kind in (
  'payout', 'payout_booked', 'payout_returned', 'fund_paid_in', 'dispute_opened', 'dispute_upheld', 'dispute_dismissed'));
alter table city_postings drop constraint city_postings_debit_check;
alter table city_postings add constraint city_postings_debit_check check (debit ~
  '^((payable:merchant|held:merchant|receivable:shopper):.+|transit:payouts|cash:settlement|income:fees|fund:risk)$');
alter table city_postings drop constraint city_postings_credit_check;
alter table city_postings add constraint city_postings_credit_check check (credit ~
  '^((payable:merchant|held:merchant|receivable:shopper):.+|transit:payouts|cash:settlement|income:fees|fund:risk)$');

create table disputes (
  dispute_id    uuid primary key,
  hub_id        text not null,
  payment_id    uuid not null,
  merchant_id   text not null,
  amount_minor  bigint not null check (amount_minor > 0),
  currency      text not null check (currency ~ '^[A-Z]{3}$'),
  reason        text not null check (reason in ('not_mine', 'not_received', 'wrong_amount', 'twice')),
  state         text not null check (state in ('open', 'upheld', 'dismissed')),
  opened_at     timestamptz(3) not null,
  -- what the merchant says to it
  reply         text,
  decided_at    timestamptz(3),
  note          text,
  foreign key (hub_id, payment_id) references payments (hub_id, payment_id),
  check ((decided_at is null) = (state = 'open')),
  check ((decided_at is null) = (note is null))
);
-- a payment is given back once
create unique index disputes_once on disputes (hub_id, payment_id) where state <> 'dismissed';
create index disputes_by_merchant on disputes (merchant_id, dispute_id desc);
