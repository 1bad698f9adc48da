import { readdirSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { raise } from '../support/stage.ts';
import type { Story } from './story.ts';

const folders = readdirSync(import.meta.dirname, { withFileTypes: true }).filter((entry) =>
  entry.isDirectory(),
);

test.each(folders.map(({ name }) => name))('%s', { timeout: 900_000 }, async (name) => {
  const { story } = (await import(path.join(import.meta.dirname, name, 'story.ts'))) as { story: Story };
  await using stage = await raise();
  const told = await story.tell(stage, 'short');
  await stage.check();
  await expect(told.tables.join('\n')).toMatchFileSnapshot(
    path.join(import.meta.dirname, name, 'tables.snap.txt'),
  );
});
