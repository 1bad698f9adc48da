import { afterAll, expect, test } from 'vitest';
import {
  bytea,
  eq,
  instant,
  integer,
  jsonb,
  minor,
  NestedDatabaseUse,
  pgTable,
  rows,
  sql,
  text,
} from '../index.ts';
import { openTestPlatform } from '../testing.ts';

const platform = await openTestPlatform();
const { db } = platform;
afterAll(() => platform.close());

const things = pgTable('things', {
  id: text('id').primaryKey(),
  amount: minor('amount').notNull(),
  at: instant('at').notNull(),
  bytes: bytea('bytes').notNull(),
  doc: jsonb('doc'),
  small: integer('small'),
  words: text('words').array(),
});
await db.read.execute(sql`create table things (id text primary key, amount int8 not null check (amount >= 0),
  at timestamptz not null, bytes bytea not null, doc jsonb, small int, words text[])`);

const at = new Date('2025-03-04T05:06:07.089Z');
const one = {
  id: 'one',
  amount: 9_007_199_254_740_993n,
  at,
  bytes: Uint8Array.of(0, 255, 10),
  doc: { a: [1, '2', null] },
  small: 7,
  words: ['pen', 'two words', 'quo"te', 'comma,'],
};

test('values come back as they went in, through drizzle and through raw rows', async () => {
  await db.transaction((tx) => tx.insert(things).values(one));
  expect(await db.read.select().from(things)).toEqual([one]);
  expect(await rows(db.read, sql`select * from things where at = ${at} and bytes = ${one.bytes}`)).toEqual([
    one,
  ]);
  const sums = await rows(
    db.read,
    sql`select sum(amount)::int8 as total, count(*) as n, 1.50::numeric as part,
    array[1::int8, 2] as list, date '2025-01-02' as day from things`,
  );
  expect(sums).toEqual([{ total: one.amount, n: 1n, part: '1.50', list: [1n, 2n], day: '2025-01-02' }]);
  expect(await db.read.$count(things, eq(things.id, 'one'))).toBe(1);
});

test('a string that looks like JSON stays a string in a jsonb column', async () => {
  await db.transaction((tx) => tx.insert(things).values({ ...one, id: 'text', doc: '123' }));
  expect(await db.read.select({ doc: things.doc }).from(things).where(eq(things.id, 'text'))).toEqual([
    { doc: '123' },
  ]);
  expect(await rows(db.read, sql`select doc from things where id = 'text'`)).toEqual([{ doc: '123' }]);
  await db.transaction((tx) => tx.delete(things).where(eq(things.id, 'text')));
});

test('arrays go in as parameters', async () => {
  const found = await rows(
    db.read,
    sql`select id from things where id = any(${sql.param(['one', 'x'])}::text[])`,
  );
  expect(found).toEqual([{ id: 'one' }]);
  const big = await rows(db.read, sql`select unnest(${sql.param([1n, 2n])}::int8[]) as n`);
  expect(big).toEqual([{ n: 1n }, { n: 2n }]);
  const byteLists = await rows(
    db.read,
    sql`select ${sql.param([Uint8Array.of(1), Uint8Array.of(2)])}::bytea[] as b`,
  );
  expect(byteLists).toEqual([{ b: [Uint8Array.of(1), Uint8Array.of(2)] }]);
});

test('a thrown error rolls back and comes through; a broken constraint has a code and a name', async () => {
  const failing = db.transaction(async (tx) => {
    await tx.update(things).set({ small: 8 });
    throw new Error('on purpose');
  });
  await expect(failing).rejects.toThrow('on purpose');
  const broken = db.transaction((tx) => tx.update(things).set({ amount: -1n }));
  await expect(broken).rejects.toMatchObject({
    name: 'DatabaseError',
    code: '23514',
    constraint: 'things_amount_check',
  });
  expect(await db.read.select({ small: things.small, amount: things.amount }).from(things)).toEqual([
    { small: 7, amount: one.amount },
  ]);
});

test('a savepoint undoes only itself', async () => {
  await db.transaction(async (tx) => {
    await tx.update(things).set({ small: 9 });
    const inner = tx.transaction(async (sp) => {
      await sp.update(things).set({ small: 10 });
      throw new Error('inner');
    });
    await expect(inner).rejects.toThrow('inner');
  });
  expect(await db.read.select({ small: things.small }).from(things)).toEqual([{ small: 9 }]);
});

test('nested use throws instead of hanging, and transactions queue in order', async () => {
  const nested = db.transaction(() => db.transaction(async () => 1));
  await expect(nested).rejects.toThrow(NestedDatabaseUse);
  await expect(db.transaction(() => db.read.select().from(things))).rejects.toThrow(NestedDatabaseUse);
  const order: number[] = [];
  const push = (n: number) =>
    db.transaction(async (tx) => {
      await tx.execute(sql`select 1`);
      order.push(n);
    });
  await Promise.all([push(1), push(2), db.read.execute(sql`select 1`), push(3)]);
  expect(order.toSorted()).toEqual([1, 2, 3]);
});

test('a tx is refused after its transaction has ended', async () => {
  const kept = await db.transaction(async (tx) => ({ tx }));
  await expect(kept.tx.execute(sql`select 1`)).rejects.toThrow('after its transaction had ended');
});
