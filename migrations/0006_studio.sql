-- The studio: who may lend a machine, what was asked of it, who took which job, and what came out.

create table workers (
  id text primary key,
  name text not null check (length(name) between 1 and 80),
  token_sha256 bytea not null unique check (length(token_sha256) = 32),
  added_by text,
  created_at timestamptz not null,
  last_seen timestamptz,
  expires_at timestamptz,
  revoked_at timestamptz
);

create table generations (
  id text primary key,
  maker_id text not null,
  model_id text,
  weights_sha256 text,
  prompt text not null,
  seed bigint not null check (seed between 0 and 9007199254740991),
  steps integer not null check (steps > 0),
  guidance double precision not null check (guidance = guidance and abs(guidance) < 'Infinity'),
  mode text not null check (mode in ('clip', 'walk')),
  state text not null check (state in ('waiting', 'leased', 'sampling', 'done', 'failed', 'refused')),
  policy_version integer not null,
  policy_hash text not null,
  -- the book entry of the latest event
  entry_id text not null,
  lease_id text,
  failures integer not null default 0,
  lapses integer not null default 0,
  failure text,
  step integer,
  step_of integer,
  provider text,
  gpu_ms bigint,
  unknown_words jsonb,
  record jsonb,
  mp4_sha256 text,
  mp4_size bigint,
  webp_sha256 text,
  webp_size bigint,
  poster_sha256 text,
  poster_size bigint,
  enforcement jsonb,
  caption text,
  published_at timestamptz,
  created_at timestamptz not null,
  finished_at timestamptz,
  -- goes up with every change, so that a stream knows whether it has said it
  changes bigint not null default 0,
  constraint generations_leased check ((state in ('leased', 'sampling')) = (lease_id is not null)),
  constraint generations_done check ((state = 'done') = (mp4_sha256 is not null)),
  constraint generations_refused check ((state = 'refused') = (enforcement is not null)),
  constraint generations_published check (published_at is null or state = 'done')
);
create index generations_waiting on generations (created_at) where state = 'waiting';
create index generations_of_maker on generations (maker_id, id desc);
create index generations_wall on generations (published_at desc, id desc) where published_at is not null;

create table leases (
  id text primary key,
  generation_id text not null references generations (id),
  member_id text not null,
  worker_id text not null references workers (id),
  -- the worker's process: a new one means that the old one is gone
  instance text,
  leased_at timestamptz not null,
  expires_at timestamptz not null,
  ended_at timestamptz,
  outcome text check (outcome in ('completed', 'failed', 'lapsed', 'returned')),
  reason text,
  entry_id text,
  constraint leases_ended check ((ended_at is null) = (outcome is null))
);
-- one worker at a time works on a clip
create unique index leases_one_running on leases (generation_id) where outcome is null;
create index leases_running on leases (expires_at) where outcome is null;
create index leases_window on leases (leased_at, member_id);
create index leases_of_generation on leases (generation_id, leased_at desc);

create table generation_previews (
  generation_id text primary key references generations (id),
  sha256 text not null,
  bytes bytea not null
);
