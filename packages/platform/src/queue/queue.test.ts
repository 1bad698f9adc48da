import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import { type LeasedJob, NestedDatabaseUse, rows, sql } from '../index.ts';
import { openTestPlatform } from '../testing.ts';

const platform = await openTestPlatform();
afterAll(() => platform.close());
const minute = 60_000;

test('jobs are leased in order of priority, then of arrival; each one once', async () => {
  const queue = platform.queues.of('order');
  expect(platform.queues.of('order')).toBe(queue);
  await queue.enqueue('late', {}, { priority: 5 });
  await queue.enqueue('a', { frames: 16 });
  await queue.enqueue('b', {});
  await queue.enqueue('soon', {}, { priority: 1 });
  await queue.enqueue('a', { frames: 99 });
  expect(await queue.counts()).toEqual({ waiting: 4, leased: 0 });

  const taken: (LeasedJob | null)[] = [];
  for (const worker of ['w1', 'w2', 'w1', 'w2', 'w1']) taken.push(await queue.lease(worker, minute));
  expect(taken.map((job) => job?.jobId)).toEqual(['a', 'b', 'soon', 'late', undefined]);
  expect(taken[0]).toMatchObject({ data: { frames: 16 } });
  expect(await queue.counts()).toEqual({ waiting: 0, leased: 4 });
});

test('only the holder of the token extends, completes and fails', async () => {
  const queue = platform.queues.of('tokens');
  await queue.enqueue('one', {});
  const job = await queue.lease('w1', minute);
  if (!job) throw new Error('nothing was leased');
  expect(await queue.extend('one', 'foreign', minute)).toBe(false);
  expect(await queue.complete('one', 'foreign')).toBe(false);
  expect(await queue.fail('one', 'foreign', 'mine now')).toBe(false);
  expect(await queue.extend('unknown', job.token, minute)).toBe(false);
  expect(await queue.complete('unknown', job.token)).toBe(false);
  expect(await queue.extend('one', job.token, minute)).toBe(true);
  expect(await queue.remove('one')).toBe(false);
  expect(await queue.complete('one', job.token, { clip: 'x' })).toBe(true);
  expect(await queue.complete('one', job.token)).toBe(false);
  expect(await queue.counts()).toEqual({ waiting: 0, leased: 0 });
});

test('a finished job can be queued again; a waiting one can be removed', async () => {
  const queue = platform.queues.of('again');
  await queue.enqueue('one', {});
  const job = await queue.lease('w1', minute);
  expect(await queue.fail('one', job?.token ?? '', 'the engine stopped')).toBe(true);
  await queue.enqueue('one', {});
  expect(await queue.remove('one')).toBe(true);
  expect(await queue.remove('one')).toBe(false);
  expect(await queue.lease('w1', minute)).toBe(null);
});

test('a lapsed lease goes back to waiting, again and again, and its old token is worth nothing', async () => {
  const queue = platform.queues.of('lapse');
  await queue.enqueue('one', {});
  let before = '';
  for (let round = 0; round < 3; round++) {
    const job = await queue.lease('w1', 1);
    expect(job?.jobId).toBe('one');
    await sleep(20);
    expect(await queue.returnLapsed()).toEqual(['one']);
    expect(await queue.complete('one', job?.token ?? '')).toBe(false);
    before = job?.token ?? '';
  }
  const job = await queue.lease('w2', minute);
  expect(await queue.returnLapsed()).toEqual([]);
  expect(await queue.complete('one', before)).toBe(false);
  expect(await queue.complete('one', job?.token ?? '')).toBe(true);
});

test('queue and transactions share one gate without waiting for each other for ever', async () => {
  const queue = platform.queues.of('gate');
  const work = Array.from({ length: 20 }, (_, n) => [
    queue.enqueue(`job-${n}`, {}),
    platform.db.transaction(async (tx) => {
      await tx.execute(sql`select 1`);
      await tx.execute(sql`select 2`);
    }),
  ]);
  await Promise.all(work.flat());
  expect(await queue.counts()).toEqual({ waiting: 20, leased: 0 });
  await expect(platform.db.transaction(() => queue.enqueue('inside', {}))).rejects.toThrow(NestedDatabaseUse);
});

test('no table stands both in public and in bullmq', async () => {
  const twice = sql`select table_name as name from information_schema.tables
    where table_schema in ('public', 'bullmq') group by 1 having count(*) > 1`;
  expect(await rows(platform.db.read, twice)).toEqual([]);
});
