-- Accounts and sessions. A login is erasable: clearing it leaves the member's id and their history standing.
create table accounts (
  member_id text primary key,
  login text unique,
  password_hash text,
  erased_at timestamptz,
  constraint accounts_whole check ((login is null) = (password_hash is null)),
  constraint accounts_erased check (erased_at is null or login is null)
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

-- Tries to log in, counted per key in a sliding window. A key is a keyed digest of a login, an address or both,
-- so the table names nobody.
create table login_attempts (
  key text not null,
  at timestamptz not null
);
create index login_attempts_key on login_attempts (key, at);
create index login_attempts_at on login_attempts (at);
