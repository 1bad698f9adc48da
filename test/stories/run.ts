// `npm run story -- N [--export FILE]`: tells one story in full on the databases in force, prints its tables, and holds
// them against those it ended in before, where a story has a full length of its own (tables.full.snap.txt).
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { raise } from '../support/stage.ts';
import type { Story } from './story.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { export: { type: 'string' } },
});
const [wanted = ''] = positionals;
const folders = (await readdir(import.meta.dirname, { withFileTypes: true })).filter((entry) =>
  entry.isDirectory(),
);
const folder = folders.find(({ name }) => name.startsWith(`${wanted}-`) || name === wanted)?.name;
if (!wanted || !folder) {
  console.error(
    `There is no story ${wanted || '(none named)'}. There are: ${folders.map(({ name }) => name).join(', ')}.`,
  );
  process.exit(1);
}
const { story } = (await import(path.join(import.meta.dirname, folder, 'story.ts'))) as { story: Story };
await using stage = await raise();
const told = await story.tell(stage, 'full');
await stage.check();
const tables = told.tables.join('\n');
console.log(`${story.number} ${story.title}\n\n${tables}`);
if (values.export) await writeFile(values.export, told.archive);
const before = await readFile(path.join(import.meta.dirname, folder, 'tables.full.snap.txt'), 'utf8').catch(
  () => null,
);
if (before !== null && before !== tables) {
  console.error('These tables are other than those that stand in tables.full.snap.txt.');
  process.exitCode = 1;
}
