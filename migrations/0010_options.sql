-- Proposals among several options: terms, amendments and candidates, ballots of other methods than yes and no.

alter table proposals drop constraint proposals_kind_check, drop constraint proposals_state_check;
alter table proposals
  add constraint proposals_kind_check check (
    kind in (
      'safeguard', 'policy', 'open', 'feature', 'rate_card', 'call', 'model', 'dataset', 'membership', 'election',
      'emergency', 'charter'
    )
  ),
  add constraint proposals_state_check check (
    state in (
      'draft', 'discussion', 'voting', 'passed', 'canary', 'enacted', 'rejected', 'lapsed', 'clash', 'vetoed',
      'withdrawn', 'reverted'
    )
  ),
  -- The machine opens some votes by itself: after a clash, after an emergency.
  alter column author_id drop not null,
  -- What its author asks of the vote and of what follows, beside the rule of the policy.
  add column terms jsonb not null default '{}' check (jsonb_typeof(terms) = 'object'),
  -- What a count is told besides the ballots, as it stood when the vote opened; null for yes and no.
  add column definition jsonb,
  -- Who would have had a vote, but for an interest they declared.
  add column recused jsonb not null default '[]' check (jsonb_typeof(recused) = 'array'),
  -- Those whose own majority is needed too, as they stood when the vote opened.
  add column affected jsonb,
  -- When a late quorum moved the close; once at most.
  add column extended_at timestamptz,
  -- Keys of the options that won, the best first.
  add column winners jsonb;
alter table proposals
  add constraint proposals_definition_of_vote check (definition is null or voting_opened_at is not null),
  add constraint proposals_winners_of_count check (winners is null or tally is not null);

-- Amendments of a change, answers to a question, candidates of an election.
create table proposal_options (
  proposal_id text collate "C" not null references proposals (id),
  key text collate "C" not null check (key ~ '^o[1-9][0-9]{0,3}$'),
  number integer not null check (number >= 1),
  title text not null,
  body text not null,
  -- Of an amendment: the whole change, against the policy that the proposal was written against.
  patch jsonb check (jsonb_typeof(patch) = 'array'),
  -- Of a candidacy: who stands.
  member_id text collate "C" references members (id),
  author_id text collate "C" not null references members (id),
  state text collate "C" not null check (state in ('put', 'accepted', 'withdrawn')),
  created_at timestamptz not null,
  entry_id text collate "C" not null,
  primary key (proposal_id, key),
  unique (proposal_id, number)
);
create unique index proposal_options_one_candidacy on proposal_options (proposal_id, member_id)
  where state = 'put';

-- Who answered when their own consent was asked; the last answer stands.
create table proposal_consents (
  proposal_id text collate "C" not null references proposals (id),
  member_id text collate "C" not null references members (id),
  yes boolean not null,
  answered_at timestamptz not null,
  entry_id text collate "C" not null unique,
  primary key (proposal_id, member_id)
);

-- The delegations that a count followed, as it read them.
create table proposal_delegations (
  proposal_id text collate "C" not null references proposals (id),
  from_id text collate "C" not null references members (id),
  to_id text collate "C" not null references members (id),
  entry_id text collate "C" not null,
  primary key (proposal_id, from_id)
);

alter table ballots
  alter column choice drop not null,
  add column vote jsonb,
  add constraint ballots_one_content check (num_nonnulls(choice, vote) = 1);

-- One proposal can make several versions: put in force, and taken back at its sunset. An emergency measure comes
-- before its vote, and names the emergency instead.
alter table policy_versions drop constraint policy_versions_proposal_id_key, drop constraint policy_genesis;
alter table policy_versions
  add column emergency_id text collate "C",
  add constraint policy_genesis check (
    (version = 1) = (previous_hash is null) and (version = 1) = (proposal_id is null and emergency_id is null)
  );

create or replace function policy_chain() returns trigger language plpgsql as $$
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
    if new.proposal_id is not null and not exists (
      select from proposals where id = new.proposal_id and state in ('passed', 'canary', 'enacted', 'reverted')
    ) then
      raise exception 'policy version % has no passed proposal', new.version using errcode = 'check_violation';
    end if;
  end if;
  return new;
end $$;

-- A text can be revised until its vote opens; then text, rule and options stand still. The close can only be moved
-- further away, and only before the count.
create or replace function proposal_frozen() returns trigger language plpgsql as $$
begin
  if (new.kind, new.author_id, new.number) is distinct from (old.kind, old.author_id, old.number)
    or (
      (old.voting_opened_at is not null or old.state not in ('draft', 'discussion'))
      and (new.title, new.body, new.patch, new.against_version, new.terms)
        is distinct from (old.title, old.body, old.patch, old.against_version, old.terms)
    )
    or (
      old.voting_opened_at is not null
      and (new.voting_opened_at, new.rule, new.definition, new.recused, new.affected)
        is distinct from (old.voting_opened_at, old.rule, old.definition, old.recused, old.affected)
    )
    or (
      new.voting_closes_at is distinct from old.voting_closes_at
      and old.voting_closes_at is not null
      and (
        new.voting_closes_at is null or new.voting_closes_at < old.voting_closes_at
        or old.extended_at is not null or new.extended_at is null or old.tally is not null
      )
    )
    or (
      old.tally is not null
      and (new.tally, new.winners) is distinct from (old.tally, old.winners)
    ) then
    raise exception 'a proposal is frozen: write another one' using errcode = 'restrict_violation';
  end if;
  return new;
end $$;

create function proposal_options_frozen() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' then
    raise exception 'an option is withdrawn, never taken away' using errcode = 'restrict_violation';
  end if;
  if not exists (
    select from proposals
    where id = new.proposal_id and voting_opened_at is null and state in ('draft', 'discussion')
  ) then
    raise exception 'the options of a vote are frozen' using errcode = 'restrict_violation';
  end if;
  if tg_op = 'UPDATE' and (
    (new.proposal_id, new.key, new.number, new.title, new.body, new.patch, new.member_id, new.author_id, new.entry_id)
      is distinct from
      (old.proposal_id, old.key, old.number, old.title, old.body, old.patch, old.member_id, old.author_id, old.entry_id)
    or old.state <> 'put'
  ) then
    raise exception 'an option stands as it was put: put another one' using errcode = 'restrict_violation';
  end if;
  return new;
end $$;
create trigger frozen before insert or update or delete on proposal_options
  for each row execute function proposal_options_frozen();
