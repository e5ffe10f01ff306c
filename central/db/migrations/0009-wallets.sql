-- Spending without overdraft (shared/domain/allowance.ts, docs/reliability.md): what a shopper may spend in all, and what of
-- it each hub holds. The check on `wallets` is the promise itself: hubs together never hold more than there is.

create table wallets (
  shopper_id      uuid not null,
  currency        text not null check (currency ~ '^[A-Z]{3}$'),
  -- sum of its lines
  funded_minor    bigint not null default 0,
  -- sum over hubs of granted less returned
  escrowed_minor  bigint not null default 0,
  -- an erased shopper's: nothing more is granted
  closed_at       timestamptz(3),
  primary key (shopper_id, currency),
  check (escrowed_minor >= 0 and escrowed_minor <= funded_minor)
);

create table wallet_lines (
  shopper_id    uuid not null,
  currency      text not null,
  -- made by whoever books it, so that a repeat changes nothing; of the first line the shopper's
  line_id       uuid not null,
  kind          text not null check (kind in ('limit', 'payment_in', 'correction')),
  amount_minor  bigint not null check (amount_minor <> 0 and (amount_minor > 0 or kind <> 'payment_in')),
  booked_at     timestamptz(3) not null,
  primary key (shopper_id, line_id),
  foreign key (shopper_id, currency) references wallets (shopper_id, currency)
);
create trigger wallet_lines_append_only before update or delete on wallet_lines
  for each row execute function refuse_change();
create trigger wallet_lines_no_truncate before truncate on wallet_lines
  for each statement execute function refuse_change();

create function fund_wallet() returns trigger language plpgsql as $$
begin
  update wallets set funded_minor = funded_minor + new.amount_minor
    where shopper_id = new.shopper_id and currency = new.currency;
  return new;
end $$;
create trigger wallet_lines_fund after insert on wallet_lines
  for each row execute function fund_wallet();

-- What a hub holds: sums since the beginning.
create table allowances (
  hub_id          text not null references hubs,
  shopper_id      uuid not null,
  currency        text not null,
  granted_minor   bigint not null default 0,
  returned_minor  bigint not null default 0,
  granted_at      timestamptz(3) not null,
  primary key (hub_id, shopper_id, currency),
  foreign key (shopper_id, currency) references wallets (shopper_id, currency),
  check (returned_minor >= 0 and returned_minor <= granted_minor)
);
create index allowances_by_shopper on allowances (shopper_id, currency);

-- A wallet's escrow follows its allowances, so that no way of changing one can forget it.
create function escrow_wallet() returns trigger language plpgsql as $$
declare
  before_minor bigint := 0;
begin
  if tg_op = 'UPDATE' then
    if new.granted_minor < old.granted_minor or new.returned_minor < old.returned_minor then
      raise exception 'what was granted or returned is never taken back' using errcode = 'restrict_violation';
    end if;
    before_minor := old.granted_minor - old.returned_minor;
  end if;
  update wallets set escrowed_minor = escrowed_minor + new.granted_minor - new.returned_minor - before_minor
    where shopper_id = new.shopper_id and currency = new.currency;
  return new;
end $$;
create trigger allowances_are_escrowed after insert or update on allowances
  for each row execute function escrow_wallet();
create trigger allowances_no_delete before delete or truncate on allowances
  for each statement execute function refuse_change();

-- The exception list: who may not pay now.
create table blocked_shoppers (
  shopper_id  uuid primary key,
  blocked_at  timestamptz(3) not null
);
create table exception_list_version (
  one      boolean primary key default true check (one),
  version  bigint not null default 0
);
insert into exception_list_version default values;
