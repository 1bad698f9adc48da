-- Works, the consent to use them, the datasets and models made from them, and what came out.

-- Who made a work. An imported author is a name; a member's author row holds the name they sign with, if they
-- want one shown, else nothing: their pseudonym lives in an erasable row of the members.
create table authors (
  id text collate "C" primary key,
  name text,
  -- One key for each way of writing the same name.
  key text,
  member_id text collate "C",
  -- A steward confirmed that this member is the artist of that name.
  confirmed_by text collate "C",
  confirmed_at timestamptz,
  check (name is not null or member_id is not null),
  check ((name is null) = (key is null)),
  check ((confirmed_at is null) = (confirmed_by is null))
);
create unique index authors_imported on authors (key) where member_id is null;
create unique index authors_members on authors (member_id, coalesce(key, '')) where member_id is not null;
create index authors_key on authors (key);

create table works (
  id text collate "C" primary key,
  -- SHA-256 of the original bytes: what makes a work that work.
  sha256 text collate "C" not null unique check (sha256 ~ '^[0-9a-f]{64}$'),
  title text not null,
  author_id text collate "C" not null references authors (id),
  keywords text[] not null,
  -- As the author published it, and as SPDX names it.
  licence text not null,
  spdx text not null,
  basis text not null check (basis in ('public_domain_dedication', 'member_consent')),
  source text not null,
  path text,
  -- Null until its bytes are here: a model's manifest names works by hash.
  media_type text,
  size bigint,
  sanitised_sha256 text collate "C",
  pixels_sha256 text collate "C",
  dhash text collate "C" check (dhash ~ '^[0-9a-f]{16}$'),
  shown_sha256 text collate "C",
  width integer,
  height integer,
  -- Its own entry in the book; null while it stands there through a dataset's root only.
  entry_id text collate "C",
  created_at timestamptz not null,
  check ((pixels_sha256 is null) = (shown_sha256 is null)),
  -- A work whose bytes are here has its entry.
  check (pixels_sha256 is null or entry_id is not null)
);
create index works_author on works (author_id, id);
create index works_source on works (source, id);

create table consents (
  id text collate "C" primary key,
  work_id text collate "C" not null references works (id),
  use text not null check (use in ('train_base', 'fine_tune_own', 'fine_tune_shared', 'style_name_prompting',
    'publish', 'export_weights', 'data_mining')),
  answer boolean not null,
  member_id text collate "C" not null,
  given_at timestamptz not null,
  expires_at timestamptz,
  -- The exact sentence that was agreed to.
  text text not null,
  text_sha256 text collate "C" not null,
  entry_id text collate "C" not null unique
);
create index consents_work on consents (work_id, use, id);

create table imports (
  id text collate "C" primary key,
  source text not null unique,
  state text not null check (state in ('open', 'finished')),
  active_ms bigint not null default 0,
  server_peak bigint not null default 0,
  renderer_peak bigint not null default 0,
  started_at timestamptz not null,
  finished_at timestamptz,
  entry_id text collate "C"
);
create table import_items (
  import_id text collate "C" not null references imports (id),
  path text collate "C" not null,
  sha256 text collate "C" not null,
  -- Null: accepted.
  reason text,
  work_id text collate "C" references works (id),
  primary key (import_id, path),
  check ((reason is null) = (work_id is not null))
);
create index import_items_reason on import_items (import_id, reason);

create table datasets (
  id text collate "C" primary key,
  name text not null,
  version integer not null check (version >= 1),
  root text collate "C" not null check (root ~ '^[0-9a-f]{64}$'),
  items integer not null check (items > 0),
  manifest_sha256 text collate "C" not null,
  entry_id text collate "C" not null,
  created_at timestamptz not null,
  unique (name, version)
);
create table dataset_items (
  dataset_id text collate "C" not null references datasets (id),
  index integer not null check (index >= 0),
  work_id text collate "C" not null references works (id),
  basis text not null,
  consent_id text collate "C" references consents (id),
  weight integer not null check (weight > 0),
  leaf_hash text collate "C" not null,
  primary key (dataset_id, index),
  unique (dataset_id, work_id),
  check ((basis = 'member_consent') = (consent_id is not null))
);
create index dataset_items_work on dataset_items (work_id);

create table models (
  id text collate "C" primary key,
  -- A better checkpoint may carry the same name; the weights make the model.
  name text not null,
  weights_sha256 text collate "C" not null unique,
  licence text not null,
  config jsonb not null,
  training jsonb not null,
  card text,
  parents text[] not null,
  parameters bigint,
  dataset_id text collate "C" not null references datasets (id),
  state text not null check (state in ('in_use', 'tainted', 'retired')),
  entry_id text collate "C" not null,
  created_at timestamptz not null
);
create index models_dataset on models (dataset_id);

-- What a model made. The clip itself is the studio's; here is where it came from.
create table output_lineages (
  generation_id text collate "C" primary key,
  model_id text collate "C" not null references models (id),
  entry_id text collate "C" not null
);
create index output_lineages_model on output_lineages (model_id);
create table outputs (
  generation_id text collate "C" not null references output_lineages (generation_id),
  kind text not null,
  sha256 text collate "C" not null,
  primary key (generation_id, kind)
);
create index outputs_sha256 on outputs (sha256);
create table credentials (
  sha256 text collate "C" primary key,
  generation_id text collate "C" not null references output_lineages (generation_id),
  label text not null,
  issuer text not null,
  signed_at timestamptz not null,
  certificate_sha256 text collate "C" not null
);
create index credentials_generation on credentials (generation_id);

-- The collective's certificate chain for content credentials, made once.
create table credential_chain (
  singleton boolean primary key default true check (singleton),
  pem text not null,
  root_sha256 text collate "C" not null,
  leaf_sha256 text collate "C" not null,
  entry_id text collate "C" not null,
  created_at timestamptz not null
);

do $$
declare
  append_only text;
begin
  foreach append_only in array array['consents', 'datasets', 'dataset_items', 'output_lineages', 'outputs', 'credentials', 'credential_chain'] loop
    execute format('create trigger append_only before update or delete or truncate on %I
      for each statement execute function book_refuse_change()', append_only);
  end loop;
  if exists (select from pg_roles where rolname = 'uncaged_app') then
    revoke update, delete, truncate on consents, datasets, dataset_items, output_lineages, outputs, credentials, credential_chain
      from uncaged_app;
  end if;
end $$;
