-- What was found when books were held against one another, until somebody has worked it off.

create table reconciliation_exceptions (
  hub_id        text not null references hubs,
  exception_id  bigint generated always as identity,
  -- shared/domain/reconciliation.ts
  code          text not null,
  -- the payment, row or run of events that it is about: found again it is the same exception
  subject       text not null,
  seq           bigint,
  detail        text not null,
  source        text not null check (source in ('nightly', 'command')),
  found_at      timestamptz(3) not null,
  last_seen_at  timestamptz(3) not null,
  times_seen    integer not null default 1 check (times_seen >= 1),
  resolved_at   timestamptz(3),
  -- what was done about it, in the operator's words
  note          text,
  primary key (hub_id, exception_id),
  check ((resolved_at is null) = (note is null))
);
-- Open once; what comes back after it was resolved is a new one.
create unique index reconciliation_exceptions_open on reconciliation_exceptions (hub_id, code, subject)
  where resolved_at is null;

create table reconciliation_runs (
  hub_id      text not null references hubs,
  run_at      timestamptz(3) not null,
  head_seq    bigint not null,
  differences integer not null check (differences >= 0),
  primary key (hub_id, run_at)
);

create function keep_resolved() returns trigger language plpgsql as $$
begin
  if old.resolved_at is not null then
    raise exception 'a resolved exception stays as it is' using errcode = 'restrict_violation';
  end if;
  return new;
end $$;
create trigger reconciliation_exceptions_stay before update on reconciliation_exceptions
  for each row execute function keep_resolved();
create trigger reconciliation_exceptions_no_delete before delete or truncate on reconciliation_exceptions
  for each statement execute function refuse_change();
