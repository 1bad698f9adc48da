-- Governance: the collective, its members and invitations, the chain of policies, proposals and their ballots.

create table members (
  id text collate "C" primary key,
  -- Both are cleared when a member has themself erased; the row stays, so that what they did still has an author.
  pseudonym text,
  pseudonym_key text collate "C" unique,
  roles jsonb not null check (jsonb_typeof(roles) = 'array'),
  invited_by text collate "C" references members (id),
  joined_at timestamptz not null,
  erased_at timestamptz,
  entry_id text collate "C" not null,
  constraint members_named_or_erased check (
    (pseudonym is null) = (erased_at is not null) and (pseudonym_key is null) = (erased_at is not null)
  )
);

-- One row at most: a data folder holds one collective.
create table collective (
  singleton boolean primary key default true check (singleton),
  name text not null,
  currency text collate "C" not null check (currency ~ '^[A-Z]{3}$'),
  founder_id text collate "C" not null references members (id),
  founded_at timestamptz not null,
  entry_id text collate "C" not null
);

-- Only the hash of a code is kept: a copy of this table lets nobody in.
create table invitations (
  id text collate "C" primary key,
  code_hash bytea not null unique check (length(code_hash) = 32),
  invited_by text collate "C" not null references members (id),
  created_at timestamptz not null,
  expires_at timestamptz not null,
  used_at timestamptz,
  used_by text collate "C" references members (id),
  entry_id text collate "C" not null,
  constraint invitations_used_whole check ((used_at is null) = (used_by is null))
);

create table policy_versions (
  version integer primary key check (version >= 1),
  hash text collate "C" not null check (hash ~ '^[0-9a-f]{64}$'),
  previous_hash text collate "C",
  document jsonb not null,
  enacted_at timestamptz not null,
  proposal_id text collate "C" unique,
  entry_id text collate "C" not null unique,
  constraint policy_genesis check (
    (version = 1) = (previous_hash is null) and (version = 1) = (proposal_id is null)
  )
);

create table proposals (
  id text collate "C" primary key,
  number integer not null unique check (number >= 1),
  kind text collate "C" not null check (kind in ('safeguard', 'policy', 'open')),
  title text not null,
  body text not null,
  patch jsonb not null check (jsonb_typeof(patch) = 'array'),
  against_version integer not null references policy_versions (version),
  author_id text collate "C" not null references members (id),
  state text collate "C" not null check (
    state in ('draft', 'discussion', 'voting', 'passed', 'enacted', 'rejected', 'lapsed', 'clash')
  ),
  created_at timestamptz not null,
  discussion_ends_at timestamptz,
  voting_opened_at timestamptz,
  voting_closes_at timestamptz,
  enacts_at timestamptz,
  -- The rule of the vote as it stood when the vote opened.
  rule jsonb,
  tally jsonb,
  clashes jsonb,
  entry_id text collate "C" not null,
  tally_entry_id text collate "C",
  constraint proposals_vote_whole check (
    (voting_opened_at is null) = (voting_closes_at is null) and (voting_opened_at is null) = (rule is null)
  ),
  constraint proposals_counted check ((tally is null) = (tally_entry_id is null)),
  constraint proposals_window check (voting_opened_at < voting_closes_at)
);
create index proposals_state on proposals (state);
alter table policy_versions add constraint policy_versions_proposal
  foreign key (proposal_id) references proposals (id);

-- Who may vote, as it stood when the vote opened.
create table proposal_voters (
  proposal_id text collate "C" not null references proposals (id),
  member_id text collate "C" not null references members (id),
  primary key (proposal_id, member_id)
);

-- The ballot that counts; each change is an entry of its own in the book.
create table ballots (
  proposal_id text collate "C" not null,
  member_id text collate "C" not null,
  choice text collate "C" not null check (choice in ('yes', 'no', 'abstain')),
  cast_at timestamptz not null,
  entry_id text collate "C" not null unique,
  primary key (proposal_id, member_id),
  -- The second net under the rule in the program: nobody votes who was not eligible at the opening.
  foreign key (proposal_id, member_id) references proposal_voters (proposal_id, member_id)
);

-- A policy version is added after the one before it, names its hash, and never changes.
create function policy_chain() returns trigger language plpgsql as $$
declare
  before_hash text;
begin
  if tg_op <> 'INSERT' then
    raise exception 'policy versions are append-only: a change needs a vote' using errcode = 'restrict_violation';
  end if;
  if new.version > 1 then
    select hash into before_hash from policy_versions where version = new.version - 1;
    if before_hash is distinct from new.previous_hash then
      raise exception 'policy version % does not follow the version before it', new.version
        using errcode = 'check_violation';
    end if;
    if not exists (select from proposals where id = new.proposal_id and state in ('passed', 'enacted')) then
      raise exception 'policy version % has no passed proposal', new.version using errcode = 'check_violation';
    end if;
  end if;
  return new;
end $$;
create trigger chain before insert or update or delete on policy_versions
  for each row execute function policy_chain();

-- After the opening, text and rule of a vote stand still, and after the count so do the ballots.
create function proposal_frozen() returns trigger language plpgsql as $$
begin
  if (new.title, new.body, new.patch, new.kind, new.against_version, new.author_id)
      is distinct from (old.title, old.body, old.patch, old.kind, old.against_version, old.author_id)
    or (old.rule is not null and new.rule is distinct from old.rule)
    or (old.tally is not null and new.tally is distinct from old.tally) then
    raise exception 'a proposal is frozen: write another one' using errcode = 'restrict_violation';
  end if;
  return new;
end $$;
create trigger frozen before update on proposals for each row execute function proposal_frozen();

create function ballots_frozen() returns trigger language plpgsql as $$
begin
  if exists (select from proposals where id = coalesce(new.proposal_id, old.proposal_id) and state <> 'voting') then
    raise exception 'the vote is closed' using errcode = 'restrict_violation';
  end if;
  return coalesce(new, old);
end $$;
create trigger frozen before insert or update or delete on ballots
  for each row execute function ballots_frozen();
