-- A worker that attests another policy than its job ran under is stopped, for everybody to see, until somebody lets it
-- work again.
alter table workers
  add column stopped_at timestamptz,
  add column stopped_expected text collate "C",
  add column stopped_attested text collate "C",
  add column stopped_entry_id text collate "C",
  add constraint workers_stopped_whole check (
    (stopped_at is null) = (stopped_expected is null) and (stopped_at is null) = (stopped_attested is null)
    and (stopped_at is null) = (stopped_entry_id is null)
  );

-- A change on trial is judged every second by the clips that ran under it.
create index generations_policy on generations (policy_hash, created_at);
