-- What follows a passed vote: changes on trial, changes that end or are looked at again, measures that could not wait,
-- and appeals against what the machine refused.

-- A change on trial: a part of all jobs runs under it. One at a time, so that its measure is about it alone.
create table policy_canaries (
  proposal_id text collate "C" primary key references proposals (id),
  hash text collate "C" not null check (hash ~ '^[0-9a-f]{64}$'),
  document jsonb not null,
  -- The version in force when the trial began.
  base_version integer not null references policy_versions (version),
  percent integer not null check (percent between 1 and 50),
  started_at timestamptz not null,
  ends_at timestamptz not null,
  entry_id text collate "C" not null unique,
  -- How it ended; all null while it runs.
  ended_at timestamptz,
  outcome text collate "C" check (outcome in ('enacted', 'reverted', 'clash')),
  measured jsonb,
  constraint policy_canaries_window check (started_at < ends_at),
  constraint policy_canaries_ended_whole check ((ended_at is null) = (outcome is null))
);
create unique index policy_canaries_one_at_a_time on policy_canaries ((true)) where ended_at is null;

-- Dates that a vote set: when its change is taken back, when it is looked at again.
create table policy_dates (
  proposal_id text collate "C" not null references proposals (id),
  what text collate "C" not null check (what in ('sunset', 'review')),
  due_at timestamptz not null,
  done_at timestamptz,
  entry_id text collate "C",
  primary key (proposal_id, what),
  constraint policy_dates_done_whole check ((done_at is null) = (entry_id is null))
);

create table emergencies (
  id text collate "C" primary key,
  title text not null,
  body text not null,
  patch jsonb not null check (jsonb_typeof(patch) = 'array'),
  against_version integer not null references policy_versions (version),
  hours integer not null check (hours between 1 and 72),
  state text collate "C" not null check (state in ('signing', 'in_force', 'ratified', 'ended', 'lapsed')),
  created_at timestamptz not null,
  in_force_at timestamptz,
  ends_at timestamptz,
  version integer references policy_versions (version),
  -- The vote on whether it stays, which the machine opens by itself.
  proposal_id text collate "C" unique references proposals (id),
  entry_id text collate "C" not null unique,
  constraint emergencies_in_force_whole check (
    (in_force_at is null) = (ends_at is null) and (in_force_at is null) = (version is null)
    and (in_force_at is null) = (proposal_id is null)
  )
);
create table emergency_signatures (
  emergency_id text collate "C" not null references emergencies (id),
  member_id text collate "C" not null references members (id),
  signed_at timestamptz not null,
  entry_id text collate "C" not null unique,
  primary key (emergency_id, member_id)
);
alter table policy_versions add constraint policy_versions_emergency
  foreign key (emergency_id) references emergencies (id);

create table appeals (
  id text collate "C" primary key,
  -- What was refused; one appeal each.
  subject text collate "C" not null unique,
  member_id text collate "C" not null references members (id),
  clause text not null,
  policy_version integer not null,
  policy_hash text collate "C" not null,
  -- SHA-256 of the words that were refused, with the member and the clause; lifts the refusal when it is overturned.
  words_hash text collate "C" not null check (words_hash ~ '^[0-9a-f]{64}$'),
  -- The words and the reason, for the panel's eyes; gone when the appeal is decided.
  words text,
  reason text,
  opened_at timestamptz not null,
  -- Where in the log the appeal stands decides by which later checkpoint its panel is drawn.
  entry_id text collate "C" not null unique,
  seed text collate "C",
  panel jsonb,
  answers_by timestamptz,
  state text collate "C" not null check (state in ('opened', 'judging', 'upheld', 'overturned')),
  decided_at timestamptz,
  decided_entry_id text collate "C",
  constraint appeals_drawn_whole check (
    (seed is null) = (panel is null) and (seed is null) = (answers_by is null)
  ),
  constraint appeals_decided_whole check (
    (decided_at is null) = (decided_entry_id is null)
    and (decided_at is null) = (state in ('opened', 'judging'))
  )
);
create index appeals_lifting on appeals (words_hash) where state = 'overturned';
create table appeal_votes (
  appeal_id text collate "C" not null references appeals (id),
  member_id text collate "C" not null references members (id),
  overturn boolean not null,
  reason text not null,
  voted_at timestamptz not null,
  entry_id text collate "C" not null unique,
  primary key (appeal_id, member_id)
);
