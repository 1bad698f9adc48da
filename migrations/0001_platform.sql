-- Accounts and sessions. A login is erasable: clearing it leaves the member's id and their history standing.
create table accounts (
  member_id text primary key,
  login text unique,
  password_hash text,
  created_at timestamptz not null,
  erased_at timestamptz,
  constraint accounts_login_folded check (login = lower(login)),
  constraint accounts_erased_whole check (erased_at is null or (login is null and password_hash is null))
);

-- id is the SHA-256 of what the cookie carries: a copy of this table opens no session.
create table sessions (
  id text primary key,
  member_id text not null references accounts (member_id) on delete cascade,
  public_id text not null unique,
  created_at timestamptz not null,
  last_seen_at timestamptz not null,
  expires_at timestamptz not null,
  user_agent text not null
);
create index sessions_member on sessions (member_id);
create index sessions_expiry on sessions (expires_at);

-- Failed logins, counted per key (a digest of the login or of the address) in a sliding window.
create table login_attempts (
  key text not null,
  at timestamptz not null
);
create index login_attempts_key on login_attempts (key, at);
create index login_attempts_at on login_attempts (at);
