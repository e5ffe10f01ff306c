-- Challengers of the model in force: asked in its shadow, compared with it, and deciding nothing until a person promotes one.

create table standing_challengers (
  challenger_id  uuid primary key,
  title          text not null,
  onnx           bytea not null check (octet_length(onnx) <= 700000),
  sha256         text not null check (sha256 ~ '^[0-9a-f]{64}$'),
  -- what it looks at and where its answer is, as it was checked
  shape          jsonb not null,
  imported_by    text not null,
  imported_at    timestamptz(3) not null
);

create table standing_shadow_scores (
  challenger_id  uuid not null references standing_challengers,
  score_id       uuid not null references standing_scores,
  -- null where it failed
  score          integer,
  failure        text check (failure in ('does_not_run', 'out_of_range')),
  primary key (challenger_id, score_id),
  check ((score is null) <> (failure is null))
);

create table standing_comparisons (
  comparison_id  uuid primary key,
  challenger_id  uuid not null references standing_challengers,
  -- the champion it was compared with
  model_id       uuid not null references standing_models,
  result         jsonb not null,
  -- the challenger's scores of these companies and what came: how sure it is, once it decides
  past           jsonb not null,
  compared_by    text not null,
  compared_at    timestamptz(3) not null
);
create index standing_comparisons_by_challenger on standing_comparisons (challenger_id, compared_at desc);

create table standing_promotions (
  challenger_id  uuid primary key references standing_challengers,
  model_id       uuid not null unique references standing_models,
  note           text not null,
  promoted_by    text not null,
  promoted_at    timestamptz(3) not null
);

-- Nobody promotes what they have imported, or what was never compared.
create function promoted_by_another() returns trigger language plpgsql as $$
begin
  if exists (select 1 from standing_challengers c
             where c.challenger_id = new.challenger_id and c.imported_by = new.promoted_by) then
    raise exception 'a challenger is promoted by another person' using errcode = 'check_violation';
  end if;
  if not exists (select 1 from standing_comparisons c where c.challenger_id = new.challenger_id) then
    raise exception 'a challenger is compared before it is promoted' using errcode = 'check_violation';
  end if;
  return new;
end $$;
create trigger standing_promotions_by_another before insert on standing_promotions
  for each row execute function promoted_by_another();

do $$
declare name text;
begin
  foreach name in array array['standing_challengers', 'standing_shadow_scores', 'standing_comparisons', 'standing_promotions']
  loop
    execute format('create trigger %I before update or delete on %I for each row execute function refuse_change()', name || '_append_only', name);
    execute format('create trigger %I before truncate on %I for each statement execute function refuse_change()', name || '_no_truncate', name);
  end loop;
end $$;
