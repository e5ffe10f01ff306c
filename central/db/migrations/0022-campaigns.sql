-- Campaigns (ADR 0035): their budgets are split into shares that hubs hold and give discounts of. Each discount is an event of
-- its hub's chain and an entry of the city's book. The checks here are the promise itself: shares are never more than the
-- budget, discounts never more than the share.

create table campaigns (
  campaign_id   uuid primary key,
  -- null: of every merchant in its streets
  merchant_id   text,
  -- null: every street
  streets       text[],
  funder        text not null check (funder in ('merchant', 'city')),
  terms         jsonb not null,
  currency      text not null check (currency ~ '^[A-Z]{3}$'),
  budget_minor  bigint not null check (budget_minor > 0),
  -- of the hash that says who is in the control group: 32 bytes, base64
  key           text not null check (length(key) = 44),
  starts_at     timestamptz(3) not null,
  ends_at       timestamptz(3) not null,
  written_by    text not null,
  written_at    timestamptz(3) not null,
  check (starts_at < ends_at),
  check ((funder = 'merchant') = (merchant_id is not null))
);
create index campaigns_by_merchant on campaigns (merchant_id, campaign_id desc);

create table campaign_stops (
  campaign_id  uuid primary key references campaigns,
  stopped_by   text not null,
  stopped_at   timestamptz(3) not null
);

create table campaign_shares (
  campaign_id  uuid not null references campaigns,
  hub_id       text not null references hubs,
  share_minor  bigint not null check (share_minor >= 0),
  given_minor  bigint not null default 0 check (given_minor between 0 and share_minor),
  primary key (campaign_id, hub_id)
);
create function keep_budget() returns trigger language plpgsql as $$
begin
  if exists (select 1 from campaigns c where c.campaign_id in (select campaign_id from fresh)
             and c.budget_minor < (select sum(share_minor) from campaign_shares s where s.campaign_id = c.campaign_id)) then
    raise exception 'shares are never more than the budget' using errcode = 'check_violation';
  end if;
  return null;
end $$;
create trigger campaign_shares_in_budget after insert on campaign_shares
  referencing new table as fresh for each statement execute function keep_budget();
create function keep_share() returns trigger language plpgsql as $$
begin
  if new.share_minor <> old.share_minor or new.given_minor < old.given_minor then
    raise exception 'a share only gives' using errcode = 'restrict_violation';
  end if;
  return new;
end $$;
create trigger campaign_shares_only_give before update on campaign_shares
  for each row execute function keep_share();
create trigger campaign_shares_no_delete before delete or truncate on campaign_shares
  for each statement execute function refuse_change();

create table discounts (
  hub_id        text not null,
  event_seq     bigint not null,
  -- of the city's book, and the event's own
  entry_id      uuid not null unique references city_entries,
  campaign_id   uuid not null,
  payment_id    uuid not null,
  kind          text not null check (kind in ('given', 'returned')),
  shopper_id    uuid not null,
  merchant_id   text not null,
  amount_minor  bigint not null check (amount_minor > 0),
  currency      text not null check (currency ~ '^[A-Z]{3}$'),
  booked_at     timestamptz(3) not null,
  primary key (hub_id, event_seq),
  foreign key (campaign_id, hub_id) references campaign_shares
);
create unique index discounts_once_a_payment on discounts (hub_id, payment_id) where kind = 'given';
create index discounts_by_payment on discounts (hub_id, payment_id);
create index discounts_by_campaign on discounts (campaign_id);
create function take_of_share() returns trigger language plpgsql as $$
begin
  if not exists (select 1 from payments where hub_id = new.hub_id and payment_id = new.payment_id
                 and merchant_id = new.merchant_id and shopper_id = new.shopper_id and currency = new.currency
                 and amount_minor > new.amount_minor) then
    raise exception 'a discount is of a payment' using errcode = 'foreign_key_violation';
  end if;
  if new.kind = 'given' then
    update campaign_shares set given_minor = given_minor + new.amount_minor
      where campaign_id = new.campaign_id and hub_id = new.hub_id;
  elsif 0 > (select sum(case kind when 'given' then amount_minor else -amount_minor end) from discounts
             where hub_id = new.hub_id and payment_id = new.payment_id and campaign_id = new.campaign_id) then
    raise exception 'no more of a discount goes than was given' using errcode = 'check_violation';
  end if;
  return null;
end $$;
create trigger discounts_are_of_shares after insert on discounts
  for each row execute function take_of_share();

do $$
declare name text;
begin
  foreach name in array array['campaigns', 'campaign_stops', 'discounts']
  loop
    execute format('create trigger %I before update or delete on %I for each row execute function refuse_change()', name || '_append_only', name);
    execute format('create trigger %I before truncate on %I for each statement execute function refuse_change()', name || '_no_truncate', name);
  end loop;
end $$;

alter table city_entries drop constraint city_entries_kind_check;
alter table city_entries add constraint city_entries_kind_check check (kind in (
  'payout', 'payout_booked', 'payout_returned', 'fund_paid_in', 'dispute_opened', 'dispute_upheld', 'dispute_dismissed', 'subsidy',
  'discount', 'discount_returned'));
alter table city_postings drop constraint city_postings_debit_check;
alter table city_postings add constraint city_postings_debit_check check (debit ~
  '^((payable:merchant|held:merchant|receivable:shopper):.+|transit:payouts|cash:settlement|income:fees|fund:risk|expense:programmes|expense:campaigns)$');
alter table city_postings drop constraint city_postings_credit_check;
alter table city_postings add constraint city_postings_credit_check check (credit ~
  '^((payable:merchant|held:merchant|receivable:shopper):.+|transit:payouts|cash:settlement|income:fees|fund:risk|expense:campaigns)$');
