-- Teaching: fine-tunes on one's own works, the adapters and models that come out, and clips made with them.

-- A dataset or a model of one member alone: shown to nobody else.
alter table datasets add column owner_id text collate "C";
alter table models add column owner_id text collate "C";
-- What stands beside the weights, as a blob: with it a worker can fetch a model it does not hold.
alter table models add column record_sha256 text collate "C";

create table fine_tunes (
  id text primary key,
  maker_id text not null,
  kind text not null check (kind in ('adapter', 'model')),
  name text not null,
  style_word text not null,
  -- what an adapter is made on; of a model from nothing, whose autoencoder it draws with
  base_model_id text not null,
  base_name text not null,
  base_weights_sha256 text not null,
  base_record_sha256 text,
  seed bigint not null check (seed between 0 and 9007199254740991),
  -- null: the engine chooses
  steps integer check (steps > 0),
  rank integer check (rank > 0),
  sheet_prompts jsonb not null,
  sheet_seeds jsonb not null,
  sheet_every integer not null check (sheet_every >= 0),
  state text not null check (state in ('draft', 'waiting', 'running', 'finished', 'stopped', 'failed', 'kept', 'discarded')),
  policy_version integer not null,
  policy_hash text not null,
  -- the book entry of the latest event
  entry_id text not null,
  dataset_id text,
  -- the words that go into the file, as a blob
  manifest_sha256 text,
  lease_id text,
  stop_wanted boolean not null default false,
  failures integer not null default 0,
  lapses integer not null default 0,
  failure text,
  step integer not null default 0 check (step >= 0),
  step_of integer check (step_of > 0),
  loss double precision,
  images_per_second double precision,
  seconds_left double precision,
  provider text,
  gpu_ms bigint,
  -- what was learnt
  file_sha256 text,
  file_size bigint,
  record_sha256 text,
  adapter_id text,
  model_id text,
  created_at timestamptz not null,
  queued_at timestamptz,
  started_at timestamptz,
  finished_at timestamptz,
  -- goes up with every change, so that a stream knows whether it has said it
  changes bigint not null default 0,
  constraint fine_tunes_leased check ((state = 'running') = (lease_id is not null)),
  constraint fine_tunes_begun check (state in ('draft', 'discarded') or dataset_id is not null),
  constraint fine_tunes_finished check (state not in ('finished', 'kept') or file_sha256 is not null),
  constraint fine_tunes_kept check (state <> 'kept' or (case kind when 'adapter' then adapter_id else model_id end) is not null)
);
create index fine_tunes_of_maker on fine_tunes (maker_id, id desc);
create index fine_tunes_waiting on fine_tunes (queued_at) where state = 'waiting';

create table fine_tune_items (
  fine_tune_id text not null references fine_tunes (id),
  index integer not null check (index >= 0),
  work_id text not null,
  caption text not null,
  machine_made boolean not null,
  -- the line it is learnt under; null before the start
  consent_id text,
  primary key (fine_tune_id, index),
  unique (fine_tune_id, work_id)
);

create table fine_tune_losses (
  fine_tune_id text not null references fine_tunes (id),
  step integer not null check (step >= 0),
  loss double precision not null,
  primary key (fine_tune_id, step)
);

create table fine_tune_sheets (
  fine_tune_id text not null references fine_tunes (id),
  step integer not null check (step >= 0),
  sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
  primary key (fine_tune_id, step)
);

-- What a machine saw in a work, last time it was asked.
create table caption_suggestions (
  work_id text primary key,
  caption text not null
);

create table adapters (
  id text primary key,
  owner_id text not null,
  name text not null,
  style_word text not null,
  source text not null check (source in ('trained', 'imported')),
  fine_tune_id text unique references fine_tunes (id),
  base_name text not null,
  base_weights_sha256 text not null check (base_weights_sha256 ~ '^[0-9a-f]{64}$'),
  sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
  size bigint not null check (size > 0),
  rank integer not null check (rank > 0),
  steps integer not null check (steps >= 0),
  works integer not null check (works >= 0),
  -- what the file says of itself, as JSON text: a stranger’s JSON may hold characters that jsonb does not keep
  manifest text,
  dataset_id text,
  state text not null check (state in ('ready', 'discarded')),
  -- false once the bytes of a discarded one are deleted
  has_file boolean not null default true,
  shared_at timestamptz,
  -- the book entry of the latest event
  entry_id text not null,
  created_at timestamptz not null,
  constraint adapters_trained check ((source = 'trained') = (dataset_id is not null)),
  constraint adapters_file check (has_file or state = 'discarded'),
  -- the consents behind an imported one stand in another book
  constraint adapters_shared check (shared_at is null or (state = 'ready' and source = 'trained'))
);
create unique index adapters_once on adapters (owner_id, sha256) where state = 'ready';
create index adapters_sha256 on adapters (sha256);
create index adapters_shared_now on adapters (id) where shared_at is not null;

alter table generations add column model_record_sha256 text;
create table generation_adapters (
  generation_id text not null references generations (id),
  index integer not null check (index between 0 and 3),
  adapter_id text not null references adapters (id),
  sha256 text not null,
  weight double precision not null check (weight = weight and abs(weight) < 'Infinity'),
  primary key (generation_id, index),
  unique (generation_id, adapter_id)
);

-- A lease is about a clip or about a fine-tune.
alter table leases alter column generation_id drop not null;
alter table leases add column fine_tune_id text references fine_tunes (id);
alter table leases add constraint leases_about check (num_nonnulls(generation_id, fine_tune_id) = 1);
create unique index leases_one_training on leases (fine_tune_id) where outcome is null;
create index leases_of_fine_tune on leases (fine_tune_id, leased_at desc);

-- Where a clip comes from beside its model.
create table lineage_adapters (
  generation_id text collate "C" not null references output_lineages (generation_id),
  index integer not null check (index >= 0),
  adapter_id text collate "C" not null,
  -- null: it was taught elsewhere, its manifest says by what
  dataset_id text collate "C" references datasets (id),
  weight double precision not null,
  primary key (generation_id, index)
);
create index lineage_adapters_dataset on lineage_adapters (dataset_id);

do $$
declare
  append_only text;
begin
  foreach append_only in array array['generation_adapters', 'lineage_adapters'] loop
    execute format('create trigger append_only before update or delete or truncate on %I
      for each statement execute function book_refuse_change()', append_only);
  end loop;
  if exists (select from pg_roles where rolname = 'uncaged_app') then
    revoke update, delete, truncate on generation_adapters, lineage_adapters from uncaged_app;
  end if;
end $$;
