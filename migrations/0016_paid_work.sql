-- Paid work in more forms: by the hour and by weight, grants with milestones, who may join, reviewers drawn by lot,
-- appeals against a rejection, findings that somebody else had found before.

alter table calls drop constraint calls_may_join_check;
alter table calls add constraint calls_may_join_check check (may_join in ('members', 'invited', 'drawn'));
alter table calls
  add column form text not null default 'testing'
    check (form in ('testing', 'grant', 'commission', 'residency', 'screening')),
  -- who is invited; for a drawn call, null
  add column invited jsonb check (jsonb_typeof(invited) = 'array'),
  add column seats integer check (seats > 0),
  add column join_by timestamptz,
  -- who was drawn, once they are
  add column drawn jsonb check (jsonb_typeof(drawn) = 'array'),
  add column joining_entry_id text unique,
  add column drawn_entry_id text unique,
  add column reviewer_seats integer check (reviewer_seats > 0),
  add column appeal_seats integer check (appeal_seats > 0),
  add column appeal_days integer check (appeal_days > 0),
  add column later_numerator integer check (later_numerator >= 0),
  add column later_denominator integer check (later_denominator > 0),
  -- sums that are shared by weight when the call closes
  add column reserved bigint not null default 0 check (reserved >= 0),
  add check ((may_join = 'invited') = (invited is not null)),
  add check ((may_join = 'drawn') = (seats is not null) and (may_join = 'drawn') = (join_by is not null)),
  add check ((appeal_seats is null) = (appeal_days is null)),
  add check ((later_numerator is null) = (later_denominator is null)),
  -- closing pays out what is reserved
  add check (closed_at is not null or held + paid + returned + reserved <= budget);

alter table contributions drop constraint contributions_call_id_kind_fkey;
alter table call_rates drop constraint call_rates_pkey;
alter table call_rates drop constraint call_rates_kind_check;
alter table call_rates
  add constraint call_rates_kind_check check (kind in ('bug', 'critique', 'dataset-curation', 'experiment',
    'feedback-session', 'milestone', 'recaptioning', 'red-team', 'stewardship', 'translation')),
  add column pay text not null default 'fixed' check (pay in ('fixed', 'hourly', 'shared')),
  add column most_minutes integer check (most_minutes > 0),
  -- the key of a milestone, and its title and date; '' and null otherwise
  add column milestone text not null default '',
  add column title text,
  add column due timestamptz,
  add primary key (call_id, kind, milestone),
  add check ((pay = 'hourly') = (most_minutes is not null)),
  add check ((kind = 'milestone') = (milestone <> '') and (kind = 'milestone') = (title is not null));

-- Who put their name down for a call whose places are drawn.
create table call_joins (
  call_id text not null references calls (id),
  member_id text not null,
  joined_at timestamptz not null,
  entry_id text not null unique,
  primary key (call_id, member_id)
);

-- A claim to a finding before it is written up: the hash of its first line, with a salt.
create table finding_commitments (
  id text primary key,
  call_id text not null references calls (id),
  member_id text not null,
  commitment text not null check (commitment ~ '^[0-9a-f]{64}$'),
  committed_at timestamptz not null,
  entry_id text not null unique,
  unique (call_id, member_id, commitment)
);

alter table contributions drop constraint contributions_amount_check;
alter table contributions drop constraint contributions_check4;
alter table contributions drop constraint contributions_check5;
alter table contributions drop constraint contributions_decided_by_check;
alter table contributions
  alter column generation_id drop not null,
  alter column generation drop not null,
  -- 0 where a sum is shared when the call closes
  add constraint contributions_amount_check check (amount >= 0),
  add constraint contributions_decided_by_check check (decided_by in ('reviews', 'silence', 'appeal')),
  add column milestone text not null default '',
  -- worked, where the hour is paid
  add column minutes integer check (minutes > 0),
  -- how much of it there is, where a sum is shared
  add column units integer check (units > 0),
  -- {x, y, width, height} in thousandths of the picture
  add column region jsonb,
  -- what its author calls it; for the report that shows that both are paid alike, and for nobody who judges
  add column tone text check (tone in ('praise', 'criticism')),
  -- what it is about where it is about no clip
  add column model_id text,
  -- the first line of a finding, committed to before; null once erased
  add column commitment_id text references finding_commitments (id),
  -- when a commitment claimed it; null: when it was submitted
  add column found_at timestamptz,
  add column panel jsonb check (jsonb_typeof(panel) = 'array'),
  add column drawn_entry_id text unique,
  -- until when its author can appeal against a rejection; null again once that is settled
  add column appeal_by timestamptz,
  -- what was found before
  add column duplicate_of text references contributions (id),
  -- what acceptance paid; null in rows older than this column, which were paid their amount
  add column paid bigint check (paid >= 0),
  add constraint contributions_rate_fkey foreign key (call_id, kind, milestone)
    references call_rates (call_id, kind, milestone),
  -- nobody is turned down by silence
  add constraint contributions_rejected_check check (state <> 'rejected' or decided_by = 'reviews'),
  -- what stays set aside after a decision is for an appeal
  add constraint contributions_hold_after_check check (state <> 'accepted' or hold = 0),
  add constraint contributions_appeal_by_check check (appeal_by is null or state = 'rejected'),
  add check ((generation_id is null) = (generation is null));
create index contributions_appealable on contributions (appeal_by) where appeal_by is not null;
create unique index contributions_milestone_once on contributions (call_id, milestone)
  where milestone <> '' and state <> 'rejected';
create index contributions_undrawn on contributions (call_id) where state = 'waiting' and panel is null;
create index contributions_panel on contributions using gin (panel) where state = 'waiting';

alter table contribution_reviews add column duplicate_of text;

-- An appeal of its author against a rejection, heard by a panel drawn by lot.
create table contribution_appeals (
  contribution_id text primary key references contributions (id),
  -- null once the author had their words erased
  reason text check (reason <> ''),
  opened_at timestamptz not null,
  entry_id text not null unique,
  -- the rejection it is against
  rejected_entry_id text not null,
  state text not null default 'opened' check (state in ('opened', 'judging', 'accepted', 'rejected')),
  panel jsonb check (jsonb_typeof(panel) = 'array'),
  answers_by timestamptz,
  decided_at timestamptz,
  decided_entry_id text unique,
  check ((state = 'opened') = (panel is null)),
  check ((panel is null) = (answers_by is null)),
  check ((state in ('accepted', 'rejected')) = (decided_at is not null))
);
create index contribution_appeals_judging on contribution_appeals (answers_by) where state = 'judging';
create table contribution_appeal_votes (
  contribution_id text not null references contribution_appeals (contribution_id),
  member_id text not null,
  verdict text not null check (verdict in ('accept', 'reject')),
  reason text,
  paid bigint not null check (paid >= 0),
  judged_at timestamptz not null,
  entry_id text not null unique,
  primary key (contribution_id, member_id)
);

create or replace function compensation_keeps_promises() returns trigger language plpgsql as $$
declare
  free text[];
begin
  if tg_op = 'DELETE' then
    raise exception '% rows are never deleted', tg_table_name using errcode = 'restrict_violation';
  end if;
  if tg_table_name = 'calls' then
    free := array['held', 'paid', 'returned', 'reserved', 'closed_at', 'closed_entry_id', 'drawn', 'joining_entry_id',
      'drawn_entry_id'];
    if (to_jsonb(new) - free) <> (to_jsonb(old) - free) then
      raise exception 'the terms of a call never change' using errcode = 'restrict_violation';
    end if;
    if old.closed_at is not null then
      raise exception 'a closed call stays closed' using errcode = 'restrict_violation';
    end if;
    if old.drawn is not null and new.drawn is distinct from old.drawn then
      raise exception 'places are drawn once' using errcode = 'restrict_violation';
    end if;
  elsif tg_table_name = 'contributions' then
    free := array['body', 'generation', 'hold', 'state', 'decided_by', 'decided_at', 'decision_entry_id', 'panel',
      'drawn_entry_id', 'appeal_by', 'duplicate_of', 'paid'];
    if (to_jsonb(new) - free) <> (to_jsonb(old) - free) then
      raise exception 'a submission never changes' using errcode = 'restrict_violation';
    end if;
    if old.panel is not null and new.panel is distinct from old.panel then
      raise exception 'reviewers are drawn once' using errcode = 'restrict_violation';
    end if;
    if old.state <> 'waiting' and (new.state, new.decided_by, new.decided_at, new.decision_entry_id)
      is distinct from (old.state, old.decided_by, old.decided_at, old.decision_entry_id)
      and not (old.state = 'rejected' and new.state = 'accepted' and new.decided_by = 'appeal') then
      raise exception 'a decision is made once' using errcode = 'restrict_violation';
    end if;
    if coalesce(old.paid, 0) <> 0 and new.paid is distinct from old.paid then
      raise exception 'a piece is paid once' using errcode = 'restrict_violation';
    end if;
  elsif tg_table_name = 'contribution_reviews' then
    if (to_jsonb(new) - array['reason', 'reason_salt']) <> (to_jsonb(old) - array['reason', 'reason_salt']) then
      raise exception 'a review never changes' using errcode = 'restrict_violation';
    end if;
  elsif tg_table_name = 'contribution_appeals' then
    free := array['reason', 'state', 'panel', 'answers_by', 'decided_at', 'decided_entry_id'];
    if (to_jsonb(new) - free) <> (to_jsonb(old) - free) or (old.decided_at is not null and new.state <> old.state) then
      raise exception 'an appeal is decided once' using errcode = 'restrict_violation';
    end if;
  elsif tg_table_name = 'contribution_appeal_votes' then
    if (to_jsonb(new) - array['reason']) <> (to_jsonb(old) - array['reason']) then
      raise exception 'a judgement never changes' using errcode = 'restrict_violation';
    end if;
  else
    raise exception '% rows never change', tg_table_name using errcode = 'restrict_violation';
  end if;
  return new;
end
$$;

create trigger call_joins_keep_promises before update or delete on call_joins
  for each row execute function compensation_keeps_promises();
create trigger finding_commitments_keep_promises before update or delete on finding_commitments
  for each row execute function compensation_keeps_promises();
create trigger contribution_appeals_keep_promises before update or delete on contribution_appeals
  for each row execute function compensation_keeps_promises();
create trigger contribution_appeal_votes_keep_promises before update or delete on contribution_appeal_votes
  for each row execute function compensation_keeps_promises();
