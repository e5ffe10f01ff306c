-- Reports of the bureau: each made once, of weeks as they were released, and kept as it was.

create table bureau_reports (
  kind     text not null check (kind in ('week', 'month')),
  -- the Monday of the week, or 2026-11
  period   text not null check (period ~ '^\d{4}-\d{2}(-\d{2})?$' and (length(period) = 10) = (kind = 'week')),
  pdf      bytea not null check (octet_length(pdf) between 1 and 10000000),
  sha256   text not null check (sha256 ~ '^[0-9a-f]{64}$'),
  made_at  timestamptz(3) not null,
  primary key (kind, period)
);
create trigger bureau_reports_append_only before update or delete or truncate on bureau_reports
  for each statement execute function refuse_change();
