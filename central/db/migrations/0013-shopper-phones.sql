-- Shoppers' phones, whose one-time codes pay for them (shared/contracts/payment-code.ts). Public keys alone: no code can be made
-- by them.

-- Links by which a phone is paired, each good once. Only the secret's hash is kept.
create table phone_links (
  secret_hash  text primary key check (secret_hash ~ '^[0-9a-f]{64}$'),
  shopper_id   uuid not null,
  expires_at   timestamptz(3) not null,
  -- the key that was paired by it: the same again gets the same answer
  key_id       text
);
create index phone_links_by_shopper on phone_links (shopper_id);

-- One of each shopper: the next takes the place of the one before.
create table shopper_phones (
  shopper_id  uuid primary key,
  key_id      text not null unique check (key_id ~ '^[0-9a-f]{32}$'),
  -- SubjectPublicKeyInfo, base64
  public_key  text not null,
  paired_at   timestamptz(3) not null
);

-- Which payments were paid by which code. A code of two payments was used at two hubs that could not hear of one another.
create table payment_codes (
  hub_id      text not null references hubs,
  payment_id  uuid not null,
  code_id     text not null check (code_id ~ '^[0-9a-f]{40}$'),
  used_at     timestamptz(3) not null,
  primary key (hub_id, payment_id)
);
create index payment_codes_by_code on payment_codes (code_id);
create trigger payment_codes_append_only before update or delete on payment_codes
  for each row execute function refuse_change();
create trigger payment_codes_no_truncate before truncate on payment_codes
  for each statement execute function refuse_change();
