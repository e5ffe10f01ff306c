-- What becomes of payments after their capture, and before it: the table of moves (shared/domain/payment.ts) in the
-- database itself. `payments` holds captures, as before; every other move is a row of `payment_moves`.

create table allowed_moves (
  from_state  text not null,
  move        text not null,
  to_state    text not null,
  primary key (from_state, move, to_state)
);
insert into allowed_moves (from_state, move, to_state) values
  ('new', 'decline', 'declined'),
  ('new', 'authorise', 'authorised'),
  ('new', 'capture', 'captured'),
  ('new', 'cancel', 'cancelled'),
  ('declined', 'decline', 'declined'),
  ('declined', 'authorise', 'authorised'),
  ('declined', 'capture', 'captured'),
  ('declined', 'cancel', 'cancelled'),
  ('authorised', 'capture', 'captured'),
  ('authorised', 'cancel', 'cancelled'),
  ('authorised', 'expire', 'expired'),
  ('captured', 'reverse', 'reversed'),
  ('captured', 'refund', 'partly_refunded'),
  ('captured', 'refund', 'refunded'),
  ('partly_refunded', 'refund', 'partly_refunded'),
  ('partly_refunded', 'refund', 'refunded');
create trigger allowed_moves_change_with_the_program before insert or update or delete or truncate on allowed_moves
  for each statement execute function refuse_change();

create table payment_moves (
  hub_id        text not null references hubs,
  -- the terminal's id of a refund or reversal; of all others the event's
  move_id       uuid not null,
  payment_id    uuid not null,
  event_seq     bigint not null,
  kind          text not null check (kind in ('authorise', 'refund', 'reverse', 'cancel', 'expire')),
  -- null where a payment was cancelled before anybody was authorised
  shopper_id    uuid,
  terminal_id   text not null,
  shop_id       text not null,
  merchant_id   text not null,
  amount_minor  bigint not null check (amount_minor > 0),
  currency      text not null check (currency ~ '^[A-Z]{3}$'),
  reference     text,
  moved_at      timestamptz(3) not null,
  booked_at     timestamptz(3) not null,
  primary key (hub_id, move_id),
  unique (hub_id, event_seq),
  foreign key (hub_id, event_seq) references inbox (hub_id, seq),
  check (shopper_id is not null or kind = 'cancel'),
  check ((reference is not null) = (kind in ('refund', 'reverse')))
);
create index payment_moves_by_payment on payment_moves (hub_id, payment_id);
create trigger payment_moves_append_only before update or delete on payment_moves
  for each row execute function refuse_change();
create trigger payment_moves_no_truncate before truncate on payment_moves
  for each statement execute function refuse_change();

-- How a payment stands. A hub tells of no declines: what it declined is new here.
create function payment_state(of_hub text, of_payment uuid) returns text language sql stable as $$
  select case
    when moved.reversed then 'reversed'
    when captured.amount_minor is not null then
      case when moved.refunded = 0 then 'captured'
           when moved.refunded < captured.amount_minor then 'partly_refunded'
           else 'refunded' end
    when moved.cancelled then 'cancelled'
    when moved.expired then 'expired'
    when moved.authorised then 'authorised'
    else 'new' end
  from (
    select coalesce(bool_or(kind = 'reverse'), false) as reversed,
           coalesce(bool_or(kind = 'cancel'), false) as cancelled,
           coalesce(bool_or(kind = 'expire'), false) as expired,
           coalesce(bool_or(kind = 'authorise'), false) as authorised,
           coalesce(sum(amount_minor) filter (where kind = 'refund'), 0) as refunded
    from payment_moves where hub_id = of_hub and payment_id = of_payment
  ) as moved
  left join payments as captured on captured.hub_id = of_hub and captured.payment_id = of_payment
$$;

create function check_payment_move() returns trigger language plpgsql as $$
declare
  captured payments%rowtype;
  refunded bigint;
begin
  if not exists (select 1 from allowed_moves
                 where from_state = payment_state(new.hub_id, new.payment_id) and move = new.kind) then
    raise exception 'this move is not in the table of allowed moves' using errcode = 'check_violation';
  end if;
  if exists (select 1 from payment_moves m
             where m.hub_id = new.hub_id and m.payment_id = new.payment_id and m.kind = 'authorise'
               and (m.currency <> new.currency or m.merchant_id <> new.merchant_id
                 or (new.kind <> 'refund' and m.amount_minor <> new.amount_minor))) then
    raise exception 'a move is of what was authorised' using errcode = 'check_violation';
  end if;
  select * into captured from payments where hub_id = new.hub_id and payment_id = new.payment_id;
  if not found then return new; end if;
  select coalesce(sum(amount_minor), 0) into refunded from payment_moves
    where hub_id = new.hub_id and payment_id = new.payment_id and kind = 'refund';
  if new.currency <> captured.currency or new.merchant_id <> captured.merchant_id
     or new.shopper_id <> captured.shopper_id
     or (new.kind = 'reverse' and new.amount_minor <> captured.amount_minor)
     or (new.kind = 'refund' and refunded + new.amount_minor > captured.amount_minor) then
    raise exception 'never more is given back than was captured' using errcode = 'check_violation';
  end if;
  return new;
end $$;
create trigger payment_moves_are_allowed before insert on payment_moves
  for each row execute function check_payment_move();

-- Most payments are captured in one step and have no other row.
create function check_capture() returns trigger language plpgsql as $$
begin
  if exists (select 1 from payment_moves m
             where m.hub_id = new.hub_id and m.payment_id = new.payment_id
               and (m.kind <> 'authorise' or m.amount_minor <> new.amount_minor or m.currency <> new.currency
                 or m.merchant_id <> new.merchant_id or m.shopper_id <> new.shopper_id)) then
    raise exception 'a payment that is over is never captured' using errcode = 'check_violation';
  end if;
  return new;
end $$;
create trigger payments_are_open before insert on payments
  for each row execute function check_capture();

alter table journal_entries drop constraint journal_entries_kind_check;
alter table journal_entries add constraint journal_entries_kind_check check (kind in ('capture', 'refund', 'reverse'));
alter table journal_entries drop constraint journal_entries_hub_id_payment_id_kind_key;
create unique index journal_entries_once on journal_entries (hub_id, payment_id, kind) where kind <> 'refund';

-- The accounts: docs/ledger.md.
alter table postings add constraint postings_debit_account
  check (debit ~ '^(receivable:shopper|payable:merchant):.');
alter table postings add constraint postings_credit_account
  check (credit ~ '^(receivable:shopper|payable:merchant):.');

-- An entry's postings are its capture's or move's amount, to the unit: looked at when the transaction ends.
create function check_entry() returns trigger language plpgsql as $$
declare
  posted bigint;
  moved bigint;
begin
  select coalesce(sum(amount_minor), 0) into posted from postings
    where hub_id = new.hub_id and entry_id = new.entry_id;
  if new.kind = 'capture' then
    select amount_minor into moved from payments where hub_id = new.hub_id and payment_id = new.payment_id;
  else
    select m.amount_minor into moved from payment_moves m join inbox i on i.hub_id = m.hub_id and i.seq = m.event_seq
      where i.hub_id = new.hub_id and i.event_id = new.entry_id;
  end if;
  if moved is null or posted <> moved then
    raise exception 'an entry books exactly what was moved' using errcode = 'check_violation';
  end if;
  return null;
end $$;
create constraint trigger journal_entries_are_booked_in_full after insert on journal_entries
  deferrable initially deferred for each row execute function check_entry();
