-- What the book of record promises is checked once a statement for all of its rows, instead of row by row: intake writes
-- some hundred payments at a time, and a foreign key or trigger a row was most of its time. Rows that others stand on are
-- never deleted (their own triggers), so the other half of a foreign key is not needed. The subqueries are scalar on purpose:
-- a plan that was made when the tables were empty still looks up row by row in the primary keys, and never joins whole tables.

create trigger hubs_stay before delete or truncate on hubs
  for each statement execute function refuse_change();

alter table inbox drop constraint inbox_hub_id_fkey;
create function check_new_events() returns trigger language plpgsql as $$
begin
  if exists (select 1 from fresh f where not exists (select 1 from hubs h where h.hub_id = f.hub_id)) then
    raise exception 'an event is of a known hub' using errcode = 'foreign_key_violation';
  end if;
  return null;
end $$;
create trigger inbox_is_of_hubs after insert on inbox referencing new table as fresh
  for each statement execute function check_new_events();

alter table payments drop constraint payments_hub_id_fkey;
alter table payments drop constraint payments_hub_id_event_seq_fkey;
drop trigger payments_are_open on payments;
drop function check_capture();
-- Most payments are captured in one step and have no other row.
create function check_new_captures() returns trigger language plpgsql set enable_seqscan = off as $$
begin
  if exists (select 1 from fresh f
             where (select i.seq from inbox i where i.hub_id = f.hub_id and i.seq = f.event_seq) is null) then
    raise exception 'a payment is of an event' using errcode = 'foreign_key_violation';
  end if;
  if exists (select 1 from fresh f
             where (select bool_or(m.kind <> 'authorise' or m.amount_minor <> f.amount_minor or m.currency <> f.currency
                                   or m.merchant_id <> f.merchant_id or m.shopper_id <> f.shopper_id)
                    from payment_moves m where m.hub_id = f.hub_id and m.payment_id = f.payment_id)) then
    raise exception 'a payment that is over is never captured' using errcode = 'check_violation';
  end if;
  return null;
end $$;
create trigger payments_are_open after insert on payments referencing new table as fresh
  for each statement execute function check_new_captures();

-- An entry and its postings are one statement: its postings are its capture's or move's amount, to the unit.
alter table journal_entries drop constraint journal_entries_hub_id_fkey;
alter table journal_entries drop constraint journal_entries_hub_id_payment_id_fkey;
alter table postings drop constraint postings_hub_id_entry_id_fkey;
drop trigger journal_entries_are_booked_in_full on journal_entries;
drop function check_entry();
create function check_new_entries() returns trigger language plpgsql set enable_seqscan = off as $$
begin
  if exists (select 1 from fresh f
             where (select p.event_seq from payments p
                    where p.hub_id = f.hub_id and p.payment_id = f.payment_id) is null) then
    raise exception 'an entry is of a payment' using errcode = 'foreign_key_violation';
  end if;
  if exists (select 1 from fresh f
             where (select min(s.line) from postings s where s.hub_id = f.hub_id and s.entry_id = f.entry_id) is null) then
    raise exception 'an entry books exactly what was moved' using errcode = 'check_violation';
  end if;
  return null;
end $$;
create trigger journal_entries_are_posted after insert on journal_entries referencing new table as fresh
  for each statement execute function check_new_entries();

create function check_new_postings() returns trigger language plpgsql set enable_seqscan = off as $$
begin
  if exists (
    select 1 from (select distinct hub_id, entry_id from fresh) f
    where (select sum(s.amount_minor) from postings s where s.hub_id = f.hub_id and s.entry_id = f.entry_id)
      is distinct from (
        select case e.kind when 'capture' then
            (select p.amount_minor from payments p where p.hub_id = e.hub_id and p.payment_id = e.payment_id)
          else (select m.amount_minor from payment_moves m where m.hub_id = e.hub_id and m.event_seq =
            (select i.seq from inbox i where i.hub_id = e.hub_id and i.event_id = e.entry_id)) end
        from journal_entries e where e.hub_id = f.hub_id and e.entry_id = f.entry_id)) then
    raise exception 'an entry books exactly what was moved' using errcode = 'check_violation';
  end if;
  return null;
end $$;
create trigger postings_are_of_their_entries after insert on postings referencing new table as fresh
  for each statement execute function check_new_postings();
