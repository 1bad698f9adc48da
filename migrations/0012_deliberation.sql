-- What members say to each other about a proposal, to whom they hand on their voice, and what ties them.

create table comments (
  id text collate "C" primary key,
  proposal_id text collate "C" not null references proposals (id),
  -- The line of the diff it is about, as a JSON Pointer; null: the whole.
  clause text,
  parent_id text collate "C" references comments (id),
  member_id text collate "C" not null references members (id),
  -- Cleared when its author takes it back or leaves.
  body text,
  written_at timestamptz not null,
  withdrawn_at timestamptz,
  entry_id text collate "C" not null unique
);
create index comments_of_proposal on comments (proposal_id, written_at);

-- To whom a member hands on their voice, by kind of proposal. Each change is an entry of its own in the book.
create table delegations (
  from_id text collate "C" not null references members (id),
  topic text collate "C" not null,
  to_id text collate "C" not null references members (id),
  given_at timestamptz not null,
  entry_id text collate "C" not null unique,
  primary key (from_id, topic),
  check (from_id <> to_id)
);

create table interests (
  id text collate "C" primary key,
  -- Whose it is; null: the collective's.
  member_id text collate "C" references members (id),
  declared_by text collate "C" not null references members (id),
  kind text collate "C" not null check (kind in ('sponsor', 'vendor', 'paid_partnership', 'other')),
  -- With whom, and what it is; cleared when its member leaves.
  counterpart text,
  about text,
  -- What it touches: kinds of proposals, clauses (JSON Pointers), proposals by id.
  touches jsonb not null check (jsonb_typeof(touches) = 'object'),
  -- The day it began, as 2026-03-01.
  since text collate "C" not null,
  declared_at timestamptz not null,
  ended_at timestamptz,
  entry_id text collate "C" not null unique,
  ended_entry_id text collate "C",
  constraint interests_ended_whole check ((ended_at is null) = (ended_entry_id is null))
);
