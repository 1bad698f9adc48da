-- A sum a month that the clips of that month share, where the policy says so.

create table royalty_months (
  -- in UTC, as 2026-11
  month text collate "C" primary key check (month ~ '^\d{4}-(0[1-9]|1[0-2])$'),
  -- what was set aside for it, out of which fund; null until the fund could
  currency text check (currency ~ '^[A-Z]{3}$'),
  fund text,
  amount bigint check (amount > 0),
  opened_entry_id text unique,
  -- what went back to the fund; null until it was shared
  returned bigint check (returned between 0 and coalesce(amount, 0)),
  shared_at timestamptz,
  shared_entry_id text unique,
  check ((amount is null) = (currency is null) and (amount is null) = (fund is null)
    and (amount is null) = (opened_entry_id is null)),
  check ((returned is null) = (shared_at is null) and (returned is null) = (shared_entry_id is null))
);
create index royalty_months_open on royalty_months (month) where shared_at is null;

-- How many clips of a month each model made, and what they got it.
create table royalty_month_models (
  month text collate "C" not null references royalty_months (month),
  model_id text collate "C" not null,
  clips bigint not null check (clips > 0),
  -- all works that taught the model
  works bigint not null check (works > 0),
  -- the step of its pool's index; null until the month was shared
  amount bigint check (amount >= 0),
  weights bigint check (weights >= 0),
  index_before numeric(60, 0),
  index_after numeric(60, 0),
  remainder_before numeric(60, 0),
  remainder_after numeric(60, 0),
  primary key (month, model_id),
  check (amount is not null or coalesce(weights, index_before, index_after, remainder_before, remainder_after) is null),
  check (amount is null or num_nulls(weights, index_before, index_after, remainder_before, remainder_after) = 0),
  check (amount is null or amount = 0 or index_after * weights + remainder_after
    = index_before * weights + remainder_before + amount * 18446744073709551616)
);

create table royalty_counted (
  generation_id text primary key,
  month text collate "C" not null,
  model_id text collate "C" not null,
  -- how many clips of its model were counted in its month, with this one
  place bigint not null check (place > 0),
  counted_at timestamptz not null,
  entry_id text not null unique,
  foreign key (month, model_id) references royalty_month_models (month, model_id),
  unique (month, model_id, place)
);

-- What was set aside stays; what was shared stays shared; a clip is counted once.
create function royalty_months_keep_promises() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' or tg_table_name = 'royalty_counted' then
    raise exception '% rows are never changed or deleted', tg_table_name using errcode = 'restrict_violation';
  end if;
  if tg_table_name = 'royalty_months' then
    if old.shared_at is not null or old.amount <> new.amount or old.currency <> new.currency or old.fund <> new.fund then
      raise exception 'what was set aside for a month never changes' using errcode = 'restrict_violation';
    end if;
  elsif old.amount is not null or new.clips < old.clips or new.works <> old.works then
    raise exception 'what a month was shared by never changes' using errcode = 'restrict_violation';
  end if;
  return new;
end $$;
create trigger royalty_months_keep_promises before update or delete on royalty_months
  for each row execute function royalty_months_keep_promises();
create trigger royalty_month_models_keep_promises before update or delete on royalty_month_models
  for each row execute function royalty_months_keep_promises();
create trigger royalty_counted_keep_promises before update or delete on royalty_counted
  for each row execute function royalty_months_keep_promises();
