-- Programmes of the bureau: rules, runs with everything they looked at, approvals by another person, payments, outcomes.

create table programmes (
  programme_id  uuid primary key,
  rules         jsonb not null,
  written_by    text not null,
  written_at    timestamptz(3) not null
);

create table programme_runs (
  run_id        uuid primary key,
  programme_id  uuid not null references programmes,
  -- of the rules and the candidates: the list can be made again from them
  input_hash    text not null check (input_hash ~ '^[0-9a-f]{64}$'),
  candidates    jsonb not null,
  ranked        jsonb not null,
  ran_by        text not null,
  ran_at        timestamptz(3) not null
);
create index programme_runs_by_programme on programme_runs (programme_id, ran_at desc);

create table programme_approvals (
  run_id        uuid primary key references programme_runs,
  -- a budget is spent once
  programme_id  uuid not null unique references programmes,
  note          text not null,
  approved_by   text not null,
  approved_at   timestamptz(3) not null
);

-- Nobody approves what they have written or run.
create function approved_by_another() returns trigger language plpgsql as $$
begin
  if exists (select 1 from programme_runs r join programmes p using (programme_id)
             where r.run_id = new.run_id and new.approved_by in (r.ran_by, p.written_by)) then
    raise exception 'a run is approved by another person' using errcode = 'check_violation';
  end if;
  return new;
end $$;
create trigger programme_approvals_by_another before insert on programme_approvals
  for each row execute function approved_by_another();

create table programme_awards (
  award_id      uuid primary key,
  run_id        uuid not null references programme_approvals,
  merchant_id   text not null references merchants,
  amount_minor  bigint not null check (amount_minor > 0),
  unique (run_id, merchant_id)
);

create table programme_outcomes (
  outcome_id   uuid primary key,
  run_id       uuid not null references programme_approvals,
  merchant_id  text not null references merchants,
  day          date not null,
  outcome      text not null check (outcome in ('operating', 'closed', 'repaid', 'defaulted')),
  note         text not null,
  told_by      text not null,
  told_at      timestamptz(3) not null
);
create index programme_outcomes_by_run on programme_outcomes (run_id, day);

do $$
declare name text;
begin
  foreach name in array array['programmes', 'programme_runs', 'programme_approvals', 'programme_awards', 'programme_outcomes']
  loop
    execute format('create trigger %I before update or delete on %I for each row execute function refuse_change()', name || '_append_only', name);
    execute format('create trigger %I before truncate on %I for each statement execute function refuse_change()', name || '_no_truncate', name);
  end loop;
end $$;

alter table city_entries drop constraint city_entries_kind_check;
alter table city_entries add constraint city_entries_kind_check check (kind in (
  'payout', 'payout_booked', 'payout_returned', 'fund_paid_in', 'dispute_opened', 'dispute_upheld', 'dispute_dismissed', 'subsidy'));
alter table city_postings drop constraint city_postings_debit_check;
alter table city_postings add constraint city_postings_debit_check check (debit ~
  '^((payable:merchant|held:merchant|receivable:shopper):.+|transit:payouts|cash:settlement|income:fees|fund:risk|expense:programmes)$');
