-- Staff sign in at an OpenID Connect provider; what is kept here is who they are there and until when they are believed.

-- A sign-in that has begun: used once, within minutes.
create table sign_ins (
  state          text primary key,
  nonce          text not null,
  code_verifier  text not null,
  return_to      text not null,
  -- of the cookie that the browser got: only the browser that began can end it
  binding_hash   text not null,
  began_at       timestamptz(3) not null
);

create table staff_sessions (
  -- of the cookie; the cookie itself is nowhere
  token_hash  text primary key,
  subject     text not null,
  -- of the city, by the provider's word; null for people of merchants (merchant_staff says which)
  role        text check (role in ('administrator', 'analyst')),
  began_at    timestamptz(3) not null,
  ends_at     timestamptz(3) not null
);
create index staff_sessions_by_end on staff_sessions (ends_at);
