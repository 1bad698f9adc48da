-- The book: entries, postings, the Merkle log over them, and the balances they amount to.
--
-- What is append-only is so twice: by trigger (for every user) and by role (uncaged_app may only insert and select).
-- A superuser, or the tables' owner, can get round both in PostgreSQL as in PGlite; against the operator only
-- checkpoints that others keep protect.

create sequence book_entry_seq;

create table book_entries (
  id text collate "C" primary key,
  -- Causal order: taken after the payer is locked, so no account dips below zero when entries are read in this order.
  seq bigint not null default nextval('book_entry_seq'),
  -- Sealing waits until every transaction up to this one has ended.
  xid xid8 not null default pg_current_xact_id(),
  kind text collate "C" not null,
  "time" timestamptz not null,
  actor text collate "C",
  subject text collate "C" not null,
  visibility text collate "C" not null check (visibility in ('public', 'private')),
  commitment bytea not null check (length(commitment) = 32),
  leaf_hash bytea not null check (length(leaf_hash) = 32),
  legs smallint not null check (legs = 0 or legs >= 2),
  idempotency_key text collate "C",
  input_hash bytea
);
alter sequence book_entry_seq owned by book_entries.seq;
create index book_entries_xid on book_entries (xid);
create index book_entries_subject on book_entries (subject, seq);
create unique index book_entries_idempotency_key on book_entries (idempotency_key) where idempotency_key is not null;

-- Payload and salt stand apart so that they can be erased; the commitment in the leaf stays.
create table book_payloads (
  entry_id text collate "C" primary key,
  payload text,
  salt bytea,
  check ((payload is null) = (salt is null))
);

create table book_postings (
  entry_id text collate "C" not null,
  line smallint not null check (line >= 0),
  account text collate "C" not null,
  currency text collate "C" not null check (currency ~ '^[A-Z]{3}$'),
  amount bigint not null check (amount <> 0),
  primary key (entry_id, line)
);
create index book_postings_account on book_postings (account, currency, entry_id);

-- Spendable money. Only debits write here, and only on the payer's row; what comes in waits in book_credits.
create table book_balances (
  account text collate "C" not null check (account !~ '^world:'),
  currency text collate "C" not null,
  balance bigint not null check (balance >= 0),
  primary key (account, currency)
);

-- Credits not yet added to a balance: an accrual appends a row and locks nobody.
create table book_credits (
  account text collate "C" not null check (account !~ '^world:'),
  currency text collate "C" not null,
  amount bigint not null check (amount > 0)
);
create index book_credits_account on book_credits (account, currency);

-- The log: level 0 of the tree with the entry that stands there, the complete subtrees above it, the checkpoints.
create table book_leaves (
  position bigint primary key check (position >= 0),
  entry_id text collate "C" not null unique,
  leaf_hash bytea not null
);
create table book_nodes (
  level smallint not null check (level >= 1),
  index bigint not null,
  hash bytea not null,
  primary key (level, index)
);
create table book_checkpoints (
  size bigint primary key check (size > 0),
  root bytea not null,
  note text not null,
  "time" timestamptz not null
);

-- Up to where sealing has looked; a hint for speed, the leaves are the truth.
create table book_sealing (
  singleton boolean primary key default true check (singleton),
  sealed_below xid8 not null default '0'
);
insert into book_sealing default values;

create function book_refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '% is append-only: correct by adding an entry', tg_table_name using errcode = 'restrict_violation';
end $$;

do $$
declare
  append_only text;
begin
  foreach append_only in array array['book_entries', 'book_postings', 'book_leaves', 'book_nodes', 'book_checkpoints'] loop
    execute format('create trigger append_only before update or delete or truncate on %I
      for each statement execute function book_refuse_change()', append_only);
  end loop;
end $$;

-- A payload may be erased, whole and for ever; nothing else may happen to it.
create function book_only_erasure() returns trigger language plpgsql as $$
begin
  if new.entry_id <> old.entry_id or new.payload is not null or new.salt is not null then
    raise exception 'a payload can only be erased' using errcode = 'restrict_violation';
  end if;
  return new;
end $$;
create trigger only_erasure before update on book_payloads for each row execute function book_only_erasure();
create trigger append_only before delete or truncate on book_payloads
  for each statement execute function book_refuse_change();

-- The second net under the rule in the program: at commit, an entry's postings are as many as it says and sum to zero.
create function book_check_balance() returns trigger language plpgsql as $$
declare
  found_legs bigint;
  found_currencies bigint;
  total numeric;
begin
  select count(*), count(distinct currency), sum(amount) into found_legs, found_currencies, total
    from book_postings where entry_id = new.id;
  if found_legs <> new.legs or found_currencies <> 1 or total <> 0 then
    raise exception 'entry % does not balance: % of % postings, % currencies, sum %',
      new.id, found_legs, new.legs, found_currencies, total using errcode = 'check_violation';
  end if;
  return null;
end $$;
create constraint trigger balances after insert on book_entries
  deferrable initially deferred for each row when (new.legs > 0) execute function book_check_balance();

-- Postings come with their entry, in its transaction, and never later.
create function book_check_postings() returns trigger language plpgsql as $$
begin
  if exists (
    select from added left join book_entries e on e.id = added.entry_id
    where e.xid is distinct from pg_current_xact_id() or added.line >= e.legs
  ) then
    raise exception 'a posting belongs to an entry of its own transaction' using errcode = 'check_violation';
  end if;
  return null;
end $$;
create trigger with_their_entry after insert on book_postings referencing new table as added
  for each statement execute function book_check_postings();

-- Adds an account's waiting credits to its balance; the caller holds no other balance's lock out of order.
create function book_fold(of_account text, of_currency text) returns void language plpgsql as $$
begin
  insert into book_balances (account, currency, balance) values (of_account, of_currency, 0) on conflict do nothing;
  perform from book_balances where account = of_account and currency = of_currency for update;
  -- A statement of its own: its snapshot is newer than the lock.
  with taken as (
    delete from book_credits where account = of_account and currency = of_currency returning amount
  )
  update book_balances set balance = balance + (select coalesce(sum(amount), 0) from taken)
    where account = of_account and currency = of_currency and exists (select from taken);
end $$;

-- Writes a batch of entries, all or none, in one round trip. The program has checked the postings and computed the
-- hashes. Answers no row when written; else one row a hindrance:
--   ('replay', idempotency key)        an entry with this key stands already
--   ('insufficient_funds', account)    the account would go below zero at some entry of the batch
create function book_record(batch jsonb) returns table (hindrance text, what text) language plpgsql as $$
declare
  debit record;
  undo record;
begin
  if batch ? 'keys' then
    perform pg_advisory_xact_lock(hashtextextended(key, 7201))
      from (select value as key from jsonb_array_elements_text(batch -> 'keys') order by 1) as keys;
    return query
      select 'replay', e.idempotency_key from book_entries e
      where e.idempotency_key in (select jsonb_array_elements_text(batch -> 'keys'));
    if found then return; end if;
  end if;

  -- Sorted by account, so that two batches never wait for each other crosswise.
  for debit in select * from jsonb_to_recordset(batch -> 'debits') as d (n int, account text, currency text, need bigint, net bigint) loop
    update book_balances b set balance = b.balance + debit.net
      where b.account = debit.account and b.currency = debit.currency and b.balance + debit.need >= 0;
    continue when found;
    perform book_fold(debit.account, debit.currency);
    update book_balances b set balance = b.balance + debit.net
      where b.account = debit.account and b.currency = debit.currency and b.balance + debit.need >= 0;
    continue when found;
    for undo in select * from jsonb_to_recordset(batch -> 'debits') as d (n int, account text, currency text, net bigint)
      where d.n < debit.n loop
      update book_balances b set balance = b.balance - undo.net
        where b.account = undo.account and b.currency = undo.currency;
    end loop;
    return query select 'insufficient_funds', debit.account;
    return;
  end loop;

  insert into book_entries
      (id, kind, "time", actor, subject, visibility, commitment, leaf_hash, legs, idempotency_key, input_hash)
    select e.id, e.kind, e."time", e.actor, e.subject, e.visibility,
      decode(e.commitment, 'hex'), decode(e.leaf, 'hex'), e.legs, e.key, decode(e.input, 'hex')
    from jsonb_to_recordset(batch -> 'entries') as e (id text, kind text, "time" timestamptz, actor text, subject text,
      visibility text, commitment text, leaf text, legs smallint, key text, input text);
  insert into book_payloads (entry_id, payload, salt)
    select e.id, e.payload, decode(e.salt, 'hex')
    from jsonb_to_recordset(batch -> 'entries') as e (id text, payload text, salt text);
  if batch ? 'postings' then
    insert into book_postings (entry_id, line, account, currency, amount)
      select p.entry, p.line, p.account, p.currency, p.amount
      from jsonb_to_recordset(batch -> 'postings') as p (entry text, line smallint, account text, currency text, amount bigint);
    insert into book_credits (account, currency, amount)
      select c.account, c.currency, c.net
      from jsonb_to_recordset(batch -> 'credits') as c (account text, currency text, net bigint);
  end if;
end $$;

-- The program's own role, where this user may make one: it cannot change or delete what is append-only. A login
-- that is a member of uncaged_app and owns nothing runs the server; migrations run as the owner.
do $$
begin
  if not exists (select from pg_roles where rolname = 'uncaged_app') then
    begin
      create role uncaged_app nologin;
    exception when insufficient_privilege or duplicate_object or unique_violation then
      raise notice 'role uncaged_app not created here';
    end;
  end if;
  if exists (select from pg_roles where rolname = 'uncaged_app') then
    grant usage on schema public to uncaged_app;
    grant select, insert, update, delete on all tables in schema public to uncaged_app;
    grant usage, select on all sequences in schema public to uncaged_app;
    alter default privileges in schema public grant select, insert, update, delete on tables to uncaged_app;
    alter default privileges in schema public grant usage, select on sequences to uncaged_app;
    revoke update, delete, truncate on book_entries, book_postings, book_leaves, book_nodes, book_checkpoints from uncaged_app;
    revoke delete, truncate on book_payloads, book_balances from uncaged_app;
  end if;
end $$;
