-- Keys are looked up by their index whatever the database knows of its tables, and a batch is read once.

create or replace function book_record(batch jsonb) returns table (hindrance text, what text) language plpgsql as $$
declare
  debit record;
  undo record;
begin
  if batch ? 'keys' then
    perform pg_advisory_xact_lock(hashtextextended(key, 7201))
      from (select value as key from jsonb_array_elements_text(batch -> 'keys') order by 1) as keys;
    return query
      select 'replay', e.idempotency_key from book_entries e
      where e.idempotency_key = any (array(select jsonb_array_elements_text(batch -> 'keys')));
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

  with given as materialized (
    select * from jsonb_to_recordset(batch -> 'entries') as e (id text, kind text, "time" timestamptz, actor text,
      subject text, visibility text, commitment text, leaf text, legs smallint, key text, input text, payload text,
      salt text)
  ), written as (
    insert into book_entries
        (id, kind, "time", actor, subject, visibility, commitment, leaf_hash, legs, idempotency_key, input_hash)
      select e.id, e.kind, e."time", e.actor, e.subject, e.visibility,
        decode(e.commitment, 'hex'), decode(e.leaf, 'hex'), e.legs, e.key, decode(e.input, 'hex')
      from given e
  )
  insert into book_payloads (entry_id, payload, salt) select e.id, e.payload, decode(e.salt, 'hex') from given e;
  if batch ? 'postings' then
    insert into book_postings (entry_id, line, account, currency, amount)
      select p.entry, p.line, p.account, p.currency, p.amount
      from jsonb_to_recordset(batch -> 'postings') as p (entry text, line smallint, account text, currency text, amount bigint);
    insert into book_credits (account, currency, amount)
      select c.account, c.currency, c.net
      from jsonb_to_recordset(batch -> 'credits') as c (account text, currency text, net bigint);
  end if;
end $$;
