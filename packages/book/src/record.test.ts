import { rows, sql, type Tx } from '@uncaged/platform';
import { openTestPlatform, type TestPlatform } from '@uncaged/platform/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { balanceOf, statementOf } from './accounts.ts';
import { bookChecks, runChecks } from './checks.ts';
import { bookKey, receiptFor } from './key.ts';
import { verifyReceipt } from './receipt.ts';
import { erasePayload, type Fact, openingOf, priorEntry, record, recordBatch } from './record.ts';

let platform: TestPlatform;
beforeAll(async () => {
  platform = await openTestPlatform();
});
afterAll(() => platform.close());

let names = 0;
/** An account nobody used before. */
const fresh = (kind: string) => `${kind}:${kind}-${++names}`;

const move = (from: string, to: string, amount: bigint, currency = 'EUR') => [
  { account: from, currency, amount: -amount },
  { account: to, currency, amount },
];
const fact = (more: Partial<Fact> = {}): Fact => ({
  kind: 'fund.deposited',
  actor: 'heron',
  subject: 'fund:main',
  payload: { source: 'grant' },
  visibility: 'public',
  ...more,
});
const write = (...facts: Fact[]) => platform.db.transaction((tx) => recordBatch(tx, platform, facts));
const count = async () => {
  const [row] = await rows<{ n: number }>(platform.db.read, sql`select count(*)::int as n from book_entries`);
  return row?.n ?? 0;
};
const EUR = (account: string) => balanceOf(platform.db.read, account, 'EUR');

test.each<[string, Partial<Fact>]>([
  ['bad_kind', { kind: 'Deposit' }],
  ['bad_actor', { actor: 'two words' }],
  ['bad_subject', { subject: 'fund' }],
  ['unsupported_value', { payload: { rate: 0.5 } }],
  ['malformed_text', { payload: ['\ud800'] }],
  ['too_few_postings', { postings: [{ account: 'fund:main', currency: 'EUR', amount: 1n }] }],
  ['unknown_account', { postings: move('bank:x', 'fund:main', 1n) }],
  ['unknown_currency', { postings: move('world:x', 'fund:main', 1n, 'XYZ') }],
  [
    'currency_mismatch',
    { postings: [...move('world:x', 'fund:a', 1n), ...move('world:x', 'fund:a', 1n, 'USD')] },
  ],
  ['zero_posting', { postings: move('world:x', 'fund:main', 0n) }],
  ['amount_out_of_range', { postings: move('world:x', 'fund:main', 2n ** 63n) }],
  [
    'unbalanced',
    {
      postings: move('world:x', 'fund:main', 2n).with(1, {
        account: 'fund:main',
        currency: 'EUR',
        amount: 3n,
      }),
    },
  ],
  ['bad_idempotency_key', { idempotencyKey: 'a key' }],
  ['insufficient_funds', { postings: move('fund:nobody', 'member:iris', 1n) }],
])('refused with %s, and nothing is written', async (code, more) => {
  const before = await count();
  const good = fact({ postings: move('world:grant', fresh('fund'), 5n) });
  expect(await write(good, fact(more))).toMatchObject({ ok: false, code, fact: 1 });
  expect(await count()).toBe(before);
});

test('money moves, each account by its own currency', async () => {
  const fund = fresh('fund');
  const member = fresh('member');
  expect(await write(fact({ postings: move('world:grant', fund, 500n) }))).toMatchObject({ ok: true });
  expect(await write(fact({ postings: move('world:grant', fund, 7n, 'USD') }))).toMatchObject({ ok: true });
  expect(await write(fact({ postings: move(fund, member, 200n) }))).toMatchObject({ ok: true });
  expect([await EUR(fund), await EUR(member)]).toEqual([300n, 200n]);
  expect(await balanceOf(platform.db.read, fund, 'USD')).toBe(7n);
  const lines = await statementOf(platform.db.read, fund);
  expect(lines.map(({ currency, amount, balance }) => [currency, amount, balance])).toEqual([
    ['EUR', 500n, 500n],
    ['USD', 7n, 7n],
    ['EUR', -200n, 300n],
  ]);
});

test('a batch may spend what it brought in, and no more, in its order', async () => {
  const [fund, member] = [fresh('fund'), fresh('member')];
  const deposit = fact({ postings: move('world:grant', fund, 500n) });
  const pay = (amount: bigint) => fact({ postings: move(fund, member, amount) });
  const refused = { ok: false, code: 'insufficient_funds', what: fund };
  expect(await write(pay(300n), deposit)).toMatchObject(refused);
  expect(await write(deposit, pay(300n))).toMatchObject({ ok: true });
  expect(await write(pay(201n))).toMatchObject(refused);
  expect(await write(pay(100n), fact({ postings: move(fresh('fund'), member, 1n) }))).toMatchObject({
    ok: false,
    fact: 1,
  });
  expect(await write(pay(200n))).toMatchObject({ ok: true });
  expect([await EUR(fund), await EUR(member)]).toEqual([0n, 500n]);
});

test('clients at once never overdraw, and accruals meet in one account', async () => {
  const [fund, pool] = [fresh('fund'), fresh('pool')];
  await write(fact({ postings: move('world:grant', fund, 10n) }));
  const tries = Array.from({ length: 16 }, () => write(fact({ postings: move(fund, pool, 1n) })));
  const outcomes = await Promise.all(tries);
  expect(outcomes.filter(({ ok }) => ok)).toHaveLength(10);
  expect([await EUR(fund), await EUR(pool)]).toEqual([0n, 10n]);
});

test('the same key with the same input replays, with another input conflicts', async () => {
  const fund = fresh('fund');
  const deposit = fact({ postings: move('world:grant', fund, 500n), idempotencyKey: 'heron:1' });
  const first = await write(deposit);
  const again = await write(deposit);
  if (!first.ok || !again.ok) throw new Error('refused');
  expect(again.entries[0]).toEqual({ entry: first.entries[0]?.entry, replayed: true });
  expect(await EUR(fund)).toBe(500n);
  const others: Partial<Fact>[] = [
    { payload: {} },
    { kind: 'fund.given' },
    { actor: null },
    { subject: 'fund:other' },
    { visibility: 'private' },
    { postings: move('world:grant', fund, 501n) },
  ];
  for (const other of others) {
    expect(await write({ ...deposit, ...other })).toMatchObject({
      code: 'idempotency_conflict',
      what: 'heron:1',
    });
  }
  expect(await write(fact({ idempotencyKey: 'k' }), fact({ idempotencyKey: 'k' }))).toMatchObject({
    code: 'duplicate_idempotency_key',
  });
});

test('a batch writes what is new and replays the rest', async () => {
  const facts = ['a', 'b', 'c'].map((name) =>
    fact({ subject: `fund:${name}`, idempotencyKey: `batch:${name}` }),
  );
  await write(...facts.slice(0, 2));
  const all = await write(...facts);
  if (!all.ok) throw new Error(all.code);
  expect(all.entries.map(({ replayed, entry }) => [entry.subject, replayed])).toEqual([
    ['fund:a', true],
    ['fund:b', true],
    ['fund:c', false],
  ]);
});

test('many with one key at once give one entry', async () => {
  const before = await count();
  const input = { body: 1 };
  const outcomes = await Promise.all(
    Array.from({ length: 8 }, () =>
      platform.db.transaction(async (tx) => {
        const prior = await priorEntry(tx, { idempotencyKey: 'at-once', input });
        if (prior.state !== 'new') return prior.state;
        const subject = `call:${platform.ids.next()}`;
        const recorded = await record(tx, platform, fact({ subject, idempotencyKey: 'at-once', input }));
        return recorded.ok ? 'written' : recorded.code;
      }),
    ),
  );
  expect(outcomes.toSorted()).toEqual([...Array(7).fill('replayed'), 'written']);
  expect(await count()).toBe(before + 1);
  const other = { idempotencyKey: 'at-once', input: { body: 2 } };
  expect(await platform.db.transaction((tx) => priorEntry(tx, other))).toEqual({ state: 'conflict' });
});

test('an erased payload is gone, its leaf stands, and the erasure is itself an entry', async () => {
  const recorded = await write(fact({ payload: { name: 'secret' }, visibility: 'private' }));
  if (!recorded.ok || !recorded.entries[0]) throw new Error('refused');
  const { id } = recorded.entries[0].entry;
  const opening = await openingOf(platform.db.read, [id]);
  expect(opening.get(id)).toMatchObject({
    payload: { name: 'secret' },
    salt: expect.stringMatching(/^[0-9a-f]{64}$/),
  });
  const erase = () =>
    platform.db.transaction((tx) =>
      erasePayload(tx, platform, { entryId: id, actor: 'heron', reason: 'left' }),
    );
  expect(await erase()).toMatchObject({
    ok: true,
    entry: { kind: 'payload.erased', subject: `entry:${id}` },
  });
  expect(await erase()).toEqual({ ok: false, code: 'nothing_to_erase' });
  expect(await openingOf(platform.db.read, [id])).toEqual(new Map());
});

test('a receipt is signed by the book and names the leaf', async () => {
  const recorded = await write(fact());
  if (!recorded.ok || !recorded.entries[0]) throw new Error('refused');
  const receipt = await receiptFor(platform, recorded.entries[0].entry);
  expect(verifyReceipt(receipt, (await bookKey(platform.secrets)).key)).toEqual({ ok: true });
  expect(receipt.entryId).toBe(recorded.entries[0].entry.id);
});

const inserted = (id: string, legs: number) => sql`
  insert into book_entries (id, kind, "time", subject, visibility, commitment, leaf_hash, legs)
  values (${id}, 'a.b', now(), 'a:b', 'public', decode(repeat('00', 32), 'hex'), decode(repeat('00', 32), 'hex'), ${legs})`;
const posting = (id: string, line: number, amount: number, currency = 'EUR') =>
  sql`insert into book_postings values (${id}, ${line}, 'fund:x', ${currency}, ${amount})`;

test.each([
  ['update of an entry', [sql`update book_entries set actor = 'x'`], /append-only/],
  ['delete of entries', [sql`delete from book_entries`], /append-only/],
  ['truncate of entries', [sql`truncate book_entries`], /append-only/],
  ['update of a posting', [sql`update book_postings set amount = 1`], /append-only/],
  ['delete of postings', [sql`delete from book_postings`], /append-only/],
  ['update of a leaf', [sql`update book_leaves set position = 1`], /append-only/],
  ['delete of a node', [sql`delete from book_nodes`], /append-only/],
  ['truncate of checkpoints', [sql`truncate book_checkpoints`], /append-only/],
  ['delete of payloads', [sql`delete from book_payloads`], /append-only/],
  ['another payload', [sql`update book_payloads set payload = '1'`], /only be erased/],
  ['salt without payload', [sql`update book_payloads set salt = null, entry_id = 'x'`], /only be erased/],
  [
    'postings that do not sum to zero',
    [inserted('u1', 2), posting('u1', 0, 5), posting('u1', 1, -4)],
    /balance/,
  ],
  [
    'postings of two currencies',
    [inserted('u2', 2), posting('u2', 0, 5), posting('u2', 1, -5, 'USD')],
    /balance/,
  ],
  ['fewer postings than said', [inserted('u3', 2)], /balance/],
  ['a posting too many', [inserted('u4', 0), posting('u4', 0, 5)], /own transaction/],
  ['a posting without an entry', [posting('u5', 0, 5)], /own transaction/],
  ['a posting of nothing', [inserted('u6', 2), posting('u6', 0, 0)], /check/],
  ['a balance below zero', [sql`insert into book_balances values ('fund:x', 'EUR', -1)`], /check/],
])('the database refuses: %s', async (_, statements, message) => {
  await write(fact({ postings: move('world:grant', fresh('fund'), 1n) }));
  const attempt = platform.db.transaction(async (tx: Tx) => {
    for (const statement of statements) await tx.execute(statement);
  });
  await expect(attempt).rejects.toThrow(message);
});

test('a posting cannot be added to an entry of an earlier transaction', async () => {
  const recorded = await write(fact({ postings: move('world:grant', fresh('fund'), 1n) }));
  if (!recorded.ok || !recorded.entries[0]) throw new Error('refused');
  const late = posting(recorded.entries[0].entry.id, 1, 5);
  await expect(platform.db.read.execute(late)).rejects.toThrow(/own transaction|duplicate key/);
});

test('the program’s role may add to the book and not change it', async () => {
  const as = (statement: ReturnType<typeof sql>) =>
    platform.db.transaction(async (tx) => {
      await tx.execute(sql`set local role uncaged_app`);
      await tx.execute(statement);
    });
  await expect(as(sql`delete from book_entries`)).rejects.toThrow(/permission denied/);
  await expect(as(sql`alter table book_entries disable trigger all`)).rejects.toThrow(
    /must be owner|permission/,
  );
  await platform.db.transaction(async (tx) => {
    await tx.execute(sql`set local role uncaged_app`);
    expect(await record(tx, platform, fact({ postings: move('world:a', 'fund:z', 2n) }))).toMatchObject({
      ok: true,
    });
    expect(await record(tx, platform, fact({ postings: move('fund:z', 'member:z', 1n) }))).toMatchObject({
      ok: true,
    });
  });
});

test('every check of the book holds after all this', async () => {
  const checked = await runChecks(platform.db.read, platform, bookChecks);
  expect(checked.filter(({ ok }) => !ok)).toEqual([]);
  expect(checked).toHaveLength(bookChecks.length);
});
