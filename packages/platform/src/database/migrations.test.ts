import { PGlite } from '@electric-sql/pglite';
import { afterAll, expect, test } from 'vitest';
import { overPglite } from '../platform.ts';
import { type Migration, migrate } from './migrations.ts';

const client = await PGlite.create();
const connection = overPglite(client);
afterAll(() => client.close());

const file = (name: string, text: string, sha256 = text): Migration => ({ name, text, sha256 });
const first = file('0001_first.sql', 'create table a (n int); create table b (n int);');
const second = file('0002_second.sql', 'alter table a add column m int;');
const broken = file('0003_broken.sql', 'create table c (n int);\nalter table nowhere add column m int;');

test('files are applied once, in order; a failing one leaves nothing behind and names its line', async () => {
  expect(await migrate(connection, [first])).toEqual(['0001_first.sql']);
  expect(await migrate(connection, [first, second])).toEqual(['0002_second.sql']);
  expect(await migrate(connection, [first, second])).toEqual([]);
  await expect(migrate(connection, [first, second, broken])).rejects.toThrow(
    /0003_broken\.sql failed .*"nowhere"/,
  );
  const { rows } = await client.query(`select to_regclass('c') as c, count(*)::int as done from migrations`);
  expect(rows).toEqual([{ c: null, done: 2 }]);
});

test.each([
  ['a changed file', [{ ...first, sha256: 'other' }, second], '0001_first.sql has changed'],
  ['a file that is gone', [first], 'migrated by 0002_second.sql, which this version lacks'],
  [
    'a file before the last one',
    [file('0000_early.sql', 'select 1'), first, second],
    'comes before 0002_second.sql',
  ],
])('%s is refused', async (_, files, message) => {
  await expect(migrate(connection, files)).rejects.toThrow(message);
});
