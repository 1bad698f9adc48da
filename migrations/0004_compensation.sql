-- Paid work: calls for testing with their frozen terms and escrow, contributions, reviews, royalties.
-- Money itself, funds and deposits included, stands in the book's postings; what stands here says what it is for and what is promised.

create table calls (
  id text primary key,
  title text not null check (title <> ''),
  brief text not null check (brief <> ''),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  budget bigint not null check (budget > 0),
  deadline timestamptz not null,
  review_days integer not null check (review_days between 1 and 90),
  reviews_needed integer not null check (reviews_needed between 1 and 25),
  review_rate bigint not null check (review_rate >= 0),
  may_join text not null check (may_join = 'members'),
  policy_version integer not null,
  policy_hash text not null check (policy_hash ~ '^[0-9a-f]{64}$'),
  terms_hash text not null check (terms_hash ~ '^[0-9a-f]{64}$'),
  opened_by text not null,
  opened_at timestamptz not null,
  entry_id text not null unique,
  -- set aside for work that waits for its answer
  held bigint not null default 0 check (held >= 0),
  paid bigint not null default 0 check (paid >= 0),
  returned bigint not null default 0 check (returned >= 0),
  closed_at timestamptz,
  closed_entry_id text unique,
  check (deadline > opened_at),
  check (held + paid + returned <= budget),
  check ((closed_at is null) = (closed_entry_id is null)),
  check (closed_at is null or (held = 0 and paid + returned = budget))
);
create index calls_not_closed on calls (deadline) where closed_at is null;

create table call_rates (
  call_id text not null references calls (id),
  kind text not null check (kind in ('bug', 'critique', 'experiment', 'red-team')),
  amount bigint not null check (amount > 0),
  primary key (call_id, kind)
);

create table contributions (
  id text primary key,
  call_id text not null,
  kind text not null,
  author_id text not null,
  generation_id text not null,
  -- seed, prompt, model and settings as they were when the work was done
  generation jsonb not null,
  -- null once its author had their words erased
  body text check (body <> ''),
  at_ms integer check (at_ms >= 0),
  frame integer check (frame >= 0),
  -- the rate of the frozen card
  amount bigint not null check (amount > 0),
  -- still set aside in the call for this piece and its reviews
  hold bigint not null check (hold >= 0),
  submitted_at timestamptz not null,
  review_by timestamptz not null,
  entry_id text not null unique,
  state text not null default 'waiting' check (state in ('waiting', 'accepted', 'rejected')),
  decided_by text check (decided_by in ('reviews', 'silence')),
  decided_at timestamptz,
  decision_entry_id text unique,
  foreign key (call_id, kind) references call_rates (call_id, kind),
  check (review_by > submitted_at),
  check ((state = 'waiting') = (decided_at is null)),
  check ((state = 'waiting') = (decided_by is null)),
  check ((state = 'waiting') = (decision_entry_id is null)),
  check (state = 'waiting' or hold = 0),
  -- nobody is turned down by silence
  check (state <> 'rejected' or decided_by = 'reviews')
);
create index contributions_waiting on contributions (review_by) where state = 'waiting';
create index contributions_by_call on contributions (call_id);
create index contributions_by_author on contributions (author_id, submitted_at);
create index contributions_by_generation on contributions (generation_id);

create table contribution_reviews (
  contribution_id text not null references contributions (id),
  reviewer_id text not null,
  verdict text not null check (verdict in ('accept', 'reject')),
  -- reason and salt can be erased; the hash in the review's entry stays and then opens to nothing
  reason text,
  reason_salt bytea,
  reason_hash text not null check (reason_hash ~ '^[0-9a-f]{64}$'),
  paid bigint not null check (paid >= 0),
  reviewed_at timestamptz not null,
  entry_id text not null unique,
  primary key (contribution_id, reviewer_id),
  check ((reason is null) = (reason_salt is null))
);
create index contribution_reviews_by_reviewer on contribution_reviews (reviewer_id);

create table royalty_pools (
  model_id text not null,
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  -- in 2^-64 minor units, see the index rule
  index numeric(60, 0) not null default 0 check (index >= 0),
  remainder numeric(60, 0) not null default 0 check (remainder >= 0),
  accrued bigint not null default 0 check (accrued >= 0),
  primary key (model_id, currency)
);

create table royalty_accruals (
  generation_id text primary key,
  model_id text not null,
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  -- 0 when the fund was empty: nothing is promised without money behind it
  amount bigint not null check (amount >= 0),
  due bigint not null check (due > 0),
  works bigint not null check (works >= 0),
  index_before numeric(60, 0) not null,
  index_after numeric(60, 0) not null,
  remainder_before numeric(60, 0) not null,
  remainder_after numeric(60, 0) not null,
  accrued_at timestamptz not null,
  entry_id text not null unique,
  check (amount in (0, due)),
  check (amount > 0 or (index_after = index_before and remainder_after = remainder_before)),
  check (amount = 0 or index_after * works + remainder_after
    = index_before * works + remainder_before + amount * 18446744073709551616)
);
create index royalty_accruals_by_model on royalty_accruals (model_id, currency);

-- What was promised before the work began does not change after; what was decided stays decided.
create function compensation_keeps_promises() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' then
    raise exception '% rows are never deleted', tg_table_name using errcode = 'restrict_violation';
  end if;
  if tg_table_name = 'calls' then
    if (to_jsonb(new) - array['held', 'paid', 'returned', 'closed_at', 'closed_entry_id'])
      <> (to_jsonb(old) - array['held', 'paid', 'returned', 'closed_at', 'closed_entry_id']) then
      raise exception 'the terms of a call never change' using errcode = 'restrict_violation';
    end if;
    if old.closed_at is not null then
      raise exception 'a closed call stays closed' using errcode = 'restrict_violation';
    end if;
  elsif tg_table_name = 'contributions' then
    if (to_jsonb(new) - array['body', 'generation', 'hold', 'state', 'decided_by', 'decided_at', 'decision_entry_id'])
      <> (to_jsonb(old) - array['body', 'generation', 'hold', 'state', 'decided_by', 'decided_at', 'decision_entry_id']) then
      raise exception 'a submission never changes' using errcode = 'restrict_violation';
    end if;
    if old.state <> 'waiting' and (new.state, new.decided_by, new.decided_at, new.decision_entry_id)
      is distinct from (old.state, old.decided_by, old.decided_at, old.decision_entry_id) then
      raise exception 'a decision is made once' using errcode = 'restrict_violation';
    end if;
  elsif tg_table_name = 'contribution_reviews' then
    if (to_jsonb(new) - array['reason', 'reason_salt']) <> (to_jsonb(old) - array['reason', 'reason_salt']) then
      raise exception 'a review never changes' using errcode = 'restrict_violation';
    end if;
  else
    raise exception '% rows never change', tg_table_name using errcode = 'restrict_violation';
  end if;
  return new;
end
$$;

create trigger calls_keep_promises before update or delete on calls
  for each row execute function compensation_keeps_promises();
create trigger call_rates_keep_promises before update or delete on call_rates
  for each row execute function compensation_keeps_promises();
create trigger contributions_keep_promises before update or delete on contributions
  for each row execute function compensation_keeps_promises();
create trigger contribution_reviews_keep_promises before update or delete on contribution_reviews
  for each row execute function compensation_keeps_promises();
create trigger royalty_accruals_keep_promises before update or delete on royalty_accruals
  for each row execute function compensation_keeps_promises();
