-- What shoppers pay in from a funding source (docs/funding.md). A row is here before anything is sent; what a source has
-- said is booked in the transaction that writes it down.

create table payments_in (
  payment_in_id  uuid primary key,
  shopper_id     uuid not null,
  currency       text not null check (currency ~ '^[A-Z]{3}$'),
  amount_minor   bigint not null check (amount_minor > 0),
  source         text not null check (source in ('wallet', 'alipay')),
  scene          text check (scene in ('bar_code', 'security_code')),
  -- the one-time code that the shopper showed; gone before it is sent
  auth_code      text,
  state          text not null check (state in ('waiting', 'sent', 'cancelling', 'collected', 'refused', 'cancelled', 'unresolved')),
  reason         text,
  reference      text,
  -- in this state
  tries          integer not null default 0,
  -- null: nothing is to be done
  next_at        timestamptz(3),
  requested_at   timestamptz(3) not null,
  changed_at     timestamptz(3) not null,
  foreign key (shopper_id, currency) references wallets (shopper_id, currency),
  check (auth_code is null or state = 'waiting'),
  check ((source = 'wallet') = (scene is null)),
  check ((next_at is not null) = (state in ('waiting', 'sent', 'cancelling'))),
  check ((reference is not null) = (state = 'collected'))
);
create index payments_in_due on payments_in (next_at) where next_at is not null;
create index payments_in_by_request on payments_in (requested_at desc, payment_in_id desc);

create function follow_payment_in() returns trigger language plpgsql as $$
begin
  if (old.payment_in_id, old.shopper_id, old.currency, old.amount_minor, old.source, old.requested_at)
     is distinct from (new.payment_in_id, new.shopper_id, new.currency, new.amount_minor, new.source, new.requested_at) then
    raise exception 'what was asked for does not change' using errcode = 'restrict_violation';
  end if;
  if old.state <> new.state and (old.state, new.state) not in (
    ('waiting', 'sent'), ('waiting', 'refused'),
    ('sent', 'collected'), ('sent', 'refused'), ('sent', 'cancelled'), ('sent', 'cancelling'),
    ('cancelling', 'cancelled'), ('cancelling', 'unresolved'),
    ('unresolved', 'cancelling')) then
    raise exception 'a payment in does not go from % to %', old.state, new.state using errcode = 'check_violation';
  end if;
  return new;
end $$;
create trigger payments_in_follow before update on payments_in
  for each row execute function follow_payment_in();
create trigger payments_in_no_delete before delete or truncate on payments_in
  for each statement execute function refuse_change();

-- Given back to where it came from, in parts that together are not more than it was.
create table payment_returns (
  return_id      uuid primary key,
  payment_in_id  uuid not null references payments_in,
  amount_minor   bigint not null check (amount_minor > 0),
  state          text not null check (state in ('waiting', 'returned', 'refused', 'unresolved')),
  -- the wallet's line that undoes it, where the source refuses
  undo_line_id   uuid not null,
  reason         text,
  tries          integer not null default 0,
  next_at        timestamptz(3),
  requested_at   timestamptz(3) not null,
  changed_at     timestamptz(3) not null,
  check ((next_at is not null) = (state = 'waiting'))
);
create index payment_returns_due on payment_returns (next_at) where next_at is not null;
create index payment_returns_by_payment on payment_returns (payment_in_id);

create function follow_payment_return() returns trigger language plpgsql as $$
declare
  paid_minor bigint;
begin
  if tg_op = 'UPDATE' then
    if (old.return_id, old.payment_in_id, old.amount_minor, old.undo_line_id)
       is distinct from (new.return_id, new.payment_in_id, new.amount_minor, new.undo_line_id) then
      raise exception 'what was asked for does not change' using errcode = 'restrict_violation';
    end if;
    if old.state <> new.state and (old.state, new.state) not in (
      ('waiting', 'returned'), ('waiting', 'refused'), ('waiting', 'unresolved'), ('unresolved', 'waiting')) then
      raise exception 'a return does not go from % to %', old.state, new.state using errcode = 'check_violation';
    end if;
    return new;
  end if;
  select amount_minor into paid_minor from payments_in
    where payment_in_id = new.payment_in_id and state = 'collected' for update;
  if paid_minor is null or paid_minor < new.amount_minor + (
    select coalesce(sum(amount_minor), 0) from payment_returns
    where payment_in_id = new.payment_in_id and state <> 'refused') then
    raise exception 'more is given back than was paid in' using errcode = 'check_violation';
  end if;
  return new;
end $$;
create trigger payment_returns_follow before insert or update on payment_returns
  for each row execute function follow_payment_return();
create trigger payment_returns_no_delete before delete or truncate on payment_returns
  for each statement execute function refuse_change();

alter table city_entries drop constraint city_entries_kind_check;
alter table city_entries add constraint city_entries_kind_check check (kind in (
  'payout', 'payout_booked', 'payout_returned', 'fund_paid_in', 'dispute_opened', 'dispute_upheld', 'dispute_dismissed', 'subsidy',
  'discount', 'discount_returned', 'paid_in', 'paid_back'));
alter table city_postings drop constraint city_postings_debit_check;
alter table city_postings add constraint city_postings_debit_check check (debit ~
  '^((payable:merchant|held:merchant|receivable:shopper):.+|transit:payouts|cash:settlement|income:fees|fund:risk|expense:programmes|expense:campaigns|clearing:alipay)$');
alter table city_postings drop constraint city_postings_credit_check;
alter table city_postings add constraint city_postings_credit_check check (credit ~
  '^((payable:merchant|held:merchant|receivable:shopper):.+|transit:payouts|cash:settlement|income:fees|fund:risk|expense:campaigns|clearing:alipay)$');
