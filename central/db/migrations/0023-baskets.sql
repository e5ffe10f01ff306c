-- What was bought together, where terminals tell it: of nobody, and without amounts.
create table baskets (
  hub_id       text not null,
  payment_id   uuid not null,
  merchant_id  text not null,
  bought_at    timestamptz(3) not null,
  items        jsonb not null check (jsonb_array_length(items) between 1 and 40),
  primary key (hub_id, payment_id)
);
create index baskets_by_merchant on baskets (merchant_id, bought_at desc);
create trigger baskets_append_only before update or delete on baskets
  for each row execute function refuse_change();
create trigger baskets_no_truncate before truncate on baskets
  for each statement execute function refuse_change();
