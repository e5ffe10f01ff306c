-- Financial standing of companies: only with their consent, never anything of a shopper (docs/credit.md).

create table standing_models (
  model_id     uuid primary key,
  -- the newest is in force
  version      integer not null unique check (version >= 1),
  sha256       text not null check (sha256 ~ '^[0-9a-f]{64}$'),
  content      jsonb not null,
  -- what a company can change itself: a counterfactual speaks of nothing else
  changeable   jsonb not null,
  imported_by  text not null,
  imported_at  timestamptz(3) not null
);

create table standing_consents (
  consent_id    uuid primary key,
  merchant_id   text not null references merchants,
  version       integer not null check (version >= 1),
  given         boolean not null,
  text_version  text not null,
  by_subject    text not null,
  at            timestamptz(3) not null,
  unique (merchant_id, version)
);

-- Deleted when the consent is withdrawn.
create table standing_inputs (
  merchant_id  text not null references merchants,
  source       text not null check (source in ('registry', 'tax', 'utilities', 'court')),
  as_of        date not null,
  fields       jsonb not null,
  imported_by  text not null,
  imported_at  timestamptz(3) not null,
  primary key (merchant_id, source, as_of)
);

create table standing_scores (
  score_id     uuid primary key,
  merchant_id  text not null references merchants,
  model_id     uuid not null references standing_models,
  -- of the model and everything that was looked at: the same again is the same score
  input_hash   text not null check (input_hash ~ '^[0-9a-f]{64}$'),
  score        integer,
  refusal      text,
  -- grade, reasons, confidence, counterfactual as they were shown
  shown        jsonb not null,
  scored_by    text not null,
  scored_at    timestamptz(3) not null,
  check ((score is null) <> (refusal is null))
);
create index standing_scores_by_merchant on standing_scores (merchant_id, score_id desc);

create table standing_appeals (
  appeal_id    uuid primary key,
  score_id     uuid not null unique references standing_scores,
  words        text not null,
  filed_by     text not null,
  filed_at     timestamptz(3) not null
);

create table standing_decisions (
  appeal_id    uuid primary key references standing_appeals,
  decision     text not null check (decision in ('kept', 'changed')),
  -- what a person says the company's standing is
  grade        text check (grade in ('A', 'B', 'C', 'D')),
  note         text not null,
  decided_by   text not null,
  decided_at   timestamptz(3) not null,
  check ((grade is not null) = (decision = 'changed'))
);

do $$
declare name text;
begin
  foreach name in array array['standing_models', 'standing_consents', 'standing_scores', 'standing_appeals', 'standing_decisions']
  loop
    execute format('create trigger %I before update or delete on %I for each row execute function refuse_change()', name || '_append_only', name);
    execute format('create trigger %I before truncate on %I for each statement execute function refuse_change()', name || '_no_truncate', name);
  end loop;
end $$;
