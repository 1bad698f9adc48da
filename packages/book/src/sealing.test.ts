import { rows, sql } from '@uncaged/platform';
import { openTestPlatform, type TestPlatform } from '@uncaged/platform/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openCheckpoint } from './checkpoint.ts';
import { bookChecks, runChecks } from './checks.ts';
import { entries, provenEntry } from './entries.ts';
import { bookKey } from './key.ts';
import { leafHashOf, verifyConsistency, verifyInclusion } from './merkle.ts';
import { checkpoint, consistency, inclusion } from './proofs.ts';
import { type Fact, record, recordBatch } from './record.ts';
import { seal, startSealer } from './sealing.ts';

let platform: TestPlatform;
beforeAll(async () => {
  platform = await openTestPlatform();
});
afterAll(() => platform.close());

const fact = (subject: string, more: Partial<Fact> = {}): Fact => ({
  kind: 'work.added',
  actor: 'nacht',
  subject: `work:${subject}`,
  payload: { title: subject },
  visibility: 'public',
  ...more,
});
const write = async (...facts: Fact[]) => {
  const recorded = await platform.db.transaction((tx) => recordBatch(tx, platform, facts));
  if (!recorded.ok) throw new Error(recorded.code);
  return recorded.entries.map(({ entry }) => entry);
};
const reader = { memberId: null, kind: 'visitor' } as const;
/** Seals until `count` more are sealed: on a shared server somebody else's transaction may hold it up for a moment. */
const sealed = async (count: number) => {
  let sum = 0;
  while (sum < count) sum += await seal(platform);
  expect(sum).toBe(count);
};
const size = async () => (await checkpoint(platform.db.read))?.size ?? 0n;

test('an empty book has no checkpoint', async () => {
  expect(await seal(platform)).toBe(0);
  expect(await checkpoint(platform.db.read)).toBeNull();
});

test('what is written is sealed once, in its order, under a signed checkpoint', async () => {
  const written = await write(fact('a'), fact('b'), fact('c'));
  await sealed(3);
  expect(await seal(platform)).toBe(0);
  const newest = await checkpoint(platform.db.read);
  const { key } = await bookKey(platform.secrets);
  const opened = openCheckpoint(newest?.note ?? '', key);
  expect(opened).toMatchObject({ ok: true, checkpoint: { size: 3n, root: newest?.root } });
  const page = await entries(platform.db.read, reader);
  expect(page.ok && page.entries.map(({ id, position }) => [id, position])).toEqual(
    written.map(({ id }, position) => [id, BigInt(position)]),
  );
});

test('an entry that commits late is never passed over', async () => {
  const before = await size();
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  let begun = () => {};
  const writing = new Promise<void>((resolve) => {
    begun = resolve;
  });
  const late = platform.db.transaction(async (tx) => {
    await record(tx, platform, fact('late'));
    begun();
    await held;
  });
  await writing;
  if (platform.db.dialect === 'postgres') {
    // Another client overtakes; sealing waits for the one before it.
    await write(fact('early'));
    expect(await seal(platform)).toBe(0);
    release();
    await late;
    await sealed(2);
  } else {
    // The embedded database has one connection: sealing queues behind the transaction and sees its entry.
    const sealing = seal(platform);
    release();
    await late;
    expect(await sealing).toBe(1);
    await write(fact('early'));
    await sealed(1);
  }
  expect(await size()).toBe(before + 2n);
});

/** A transaction that is numbered now and writes when it is told to. */
function begunEarly(subject: string): {
  numbered: Promise<void>;
  write(): Promise<void>;
  end(): Promise<void>;
} {
  const step = Array.from({ length: 3 }, () => Promise.withResolvers<void>());
  const [numbered, write, end] = step as [(typeof step)[0], (typeof step)[0], (typeof step)[0]];
  const written = Promise.withResolvers<void>();
  const done = platform.db.transaction(async (tx) => {
    await rows(tx, sql`select pg_current_xact_id()::text as id`);
    numbered.resolve();
    await write.promise;
    await record(tx, platform, fact(subject));
    written.resolve();
    await end.promise;
  });
  const go = (on: PromiseWithResolvers<void>, until: Promise<void>) => {
    on.resolve();
    return until;
  };
  return { numbered: numbered.promise, write: () => go(write, written.promise), end: () => go(end, done) };
}

test('nothing is sealed before what was committed first, whatever the numbers of their transactions', async () => {
  // The embedded database has one connection: its transactions never overlap.
  if (platform.db.dialect !== 'postgres') return;
  const before = await size();
  const effect = begunEarly('effect');
  await effect.numbered;
  const slow = begunEarly('slow');
  await slow.numbered;
  await write(fact('cause'));
  await effect.write();
  await effect.end();
  expect(await seal(platform)).toBe(0);
  await slow.write();
  await slow.end();
  await sealed(3);
  const page = await entries(platform.db.read, reader, { after: String(before - 1n) });
  const order = page.ok ? page.entries.map(({ subject }) => subject) : [];
  expect(order).toEqual(['work:cause', 'work:effect', 'work:slow']);
});

test('sealers at once append every entry once', async () => {
  const before = await size();
  await write(...Array.from({ length: 40 }, (_, n) => fact(`w${n}`)));
  await Promise.all([seal(platform), seal(platform), seal(platform)]);
  while ((await size()) < before + 40n) await Promise.all([seal(platform), seal(platform), seal(platform)]);
  expect(await size()).toBe(before + 40n);
});

test('a sealing that fails leaves nothing behind, and the next one does it', async () => {
  const before = await size();
  await write(fact('survivor'));
  const broken = { ...platform, clock: { now: () => new Date(Number.NaN) } };
  const failed = async () => {
    for (;;) await seal(broken);
  };
  await expect(failed()).rejects.toThrow('Invalid time value');
  expect(await size()).toBe(before);
  await sealed(1);
});

test('each leaf proves its inclusion, each size its consistency', async () => {
  const newest = await checkpoint(platform.db.read);
  if (!newest) throw new Error('nothing sealed');
  for (let index = 0n; index < newest.size; index += 5n) {
    const found = await inclusion(platform.db.read, index, newest.size);
    if (!found.ok) throw new Error(found.code);
    const { leafHash, proof } = found.inclusion;
    expect(verifyInclusion(leafHash, index, newest.size, proof, newest.root)).toBe(true);
    const grown = await consistency(platform.db.read, index, newest.size);
    if (!grown.ok) throw new Error(grown.code);
    const { fromRoot, toRoot } = grown.consistency;
    expect(verifyConsistency(index, fromRoot, newest.size, toRoot, grown.consistency.proof)).toBe(true);
  }
  expect(await inclusion(platform.db.read, 5n, 5n)).toEqual({ ok: false, code: 'bad_range' });
  expect(await inclusion(platform.db.read, 5n, 99n)).toEqual({ ok: false, code: 'tree_too_small' });
  expect(await consistency(platform.db.read, 5n, 4n)).toEqual({ ok: false, code: 'bad_range' });
});

test('an entry is shown with all it takes to check it, its payload to whom it belongs', async () => {
  const [secret] = await write(fact('secret', { visibility: 'private' }));
  if (!secret) throw new Error('not written');
  const see = (memberId: string | null, kind: 'visitor' | 'member' | 'operator') =>
    provenEntry(platform.db.read, platform, { memberId, kind }, secret.id);
  expect(await see(null, 'visitor')).toMatchObject({ ok: true, inclusion: null, checkpoint: null });
  await sealed(1);
  const seen = await see('iris', 'member');
  if (!seen.ok || !seen.inclusion) throw new Error('not sealed');
  expect(seen.entry).toMatchObject({ payload: null, salt: null, erased: false });
  expect(leafHashOf(seen.leaf)).toEqual(seen.entry.leafHash);
  const { index, size: of, leafHash, proof, root } = seen.inclusion;
  expect(verifyInclusion(leafHash, index, of, proof, root)).toBe(true);
  expect(await see('nacht', 'member')).toMatchObject({ entry: { payload: { title: 'secret' } } });
  expect(await see(null, 'operator')).toMatchObject({ entry: { payload: { title: 'secret' } } });
  expect(await provenEntry(platform.db.read, platform, reader, 'nowhere')).toEqual({
    ok: false,
    code: 'unknown_entry',
  });
});

test('pages follow each other in both directions', async () => {
  const walk = async (newestFirst: boolean) => {
    const seen: bigint[] = [];
    let after: string | undefined;
    for (;;) {
      const page = await entries(platform.db.read, reader, { after, newestFirst, limit: 7 });
      if (!page.ok) throw new Error(page.code);
      seen.push(...page.entries.map(({ position }) => position ?? -1n));
      if (page.next === null) return seen;
      after = page.next;
    }
  };
  const forward = await walk(false);
  expect(forward).toEqual(Array.from({ length: Number(await size()) }, (_, n) => BigInt(n)));
  expect((await walk(true)).toReversed()).toEqual(forward);
  expect(await entries(platform.db.read, reader, { after: 'x' })).toEqual({ ok: false, code: 'bad_cursor' });
  const one = await entries(platform.db.read, reader, { subject: 'work:late', kind: 'work.added' });
  expect(one).toMatchObject({ ok: true, entries: [{ subject: 'work:late' }], next: null });
});

test('the sealer seals by itself, adds up credits, and stops', async () => {
  const sealer = startSealer(platform);
  const before = await size();
  await write(
    fact('x1', {
      postings: [
        { account: 'world:grant', currency: 'EUR', amount: -3n },
        { account: 'fund:main', currency: 'EUR', amount: 3n },
      ],
    }),
  );
  const held = () =>
    rows(platform.db.read, sql`select balance from book_balances where account = 'fund:main'`);
  while ((await held()).length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
  await sealer.stop();
  expect(await size()).toBe(before + 1n);
  expect(await held()).toEqual([{ balance: 3n }]);
});

test('every check holds, and names what a superuser bent', async () => {
  const broken = async (...statements: ReturnType<typeof sql>[]) => {
    const names: string[] = [];
    const undo = new Error('undo');
    await platform.db
      .transaction(async (tx) => {
        await tx.execute(sql`set local session_replication_role = replica`);
        for (const statement of statements) await tx.execute(statement);
        for (const { name, ok } of await runChecks(tx, platform, bookChecks)) if (!ok) names.push(name);
        throw undo;
      })
      .catch((error) => {
        if (error !== undo) throw error;
      });
    return names;
  };
  expect(await broken()).toEqual([]);
  expect(await broken(sql`update book_entries set actor = 'iris' where seq = 1`)).toEqual([
    'every leaf hash recomputes from what is stored',
  ]);
  expect(await broken(sql`update book_payloads set payload = '{}' where payload like '%late%'`)).toEqual([
    'every payload that is not erased opens its commitment',
  ]);
  expect(await broken(sql`update book_balances set balance = 9`)).toEqual([
    'balances are the sums of their postings',
  ]);
  expect(await broken(sql`update book_postings set amount = 4 where line = 1`)).toEqual([
    'postings of an entry sum to zero',
    'balances are the sums of their postings',
    'every leaf hash recomputes from what is stored',
  ]);
  expect(await broken(sql`delete from book_leaves where position = 2`)).toEqual([
    'positions are dense and leaves are their entries’',
    'every checkpoint is signed and is the root of its leaves',
  ]);
  expect(
    await broken(sql`update book_checkpoints set root = decode(repeat('00', 32), 'hex') where size = 3`),
  ).toEqual(['every checkpoint is signed and is the root of its leaves']);
});
