import { readFile } from 'node:fs/promises';
import { afterAll, expect, test } from 'vitest';
import { dumpSchema, schemaFile } from './schema.dump.ts';
import { openTestPlatform } from './testing.ts';

const platform = await openTestPlatform();
afterAll(() => platform.close());

test('migrations/schema.sql is what the migrations make; if not, run packages/platform/src/schema.dump.ts', async () => {
  const dumped = `${(await dumpSchema(platform.db.read)).trimEnd()}\n`;
  expect(dumped).toBe(await readFile(schemaFile, 'utf8'));
});
