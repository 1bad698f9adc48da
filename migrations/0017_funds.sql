-- Where money comes from: what kind of source it is, and what a sponsor asks in return. Money itself stands in the book.

create table fund_sources (
  name text primary key check (name ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
  kind text not null check (kind in ('grant', 'membership', 'sales', 'donation', 'licence')),
  -- who a sponsor is and what they ask, in plain words; both or neither
  sponsor text check (sponsor <> ''),
  asks text check (asks <> ''),
  declared_at timestamptz not null,
  entry_id text not null unique,
  check ((sponsor is null) = (asks is null))
);
create trigger fund_sources_keep_promises before update or delete on fund_sources
  for each row execute function compensation_keeps_promises();

-- Entries that were found to be mistakes, each taken back once by another entry.
create table fund_reversals (
  reversed_entry_id text primary key,
  entry_id text not null unique,
  reason text not null check (reason <> '')
);
create trigger fund_reversals_keep_promises before update or delete on fund_reversals
  for each row execute function compensation_keeps_promises();
