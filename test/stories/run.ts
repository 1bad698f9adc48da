// `npm run story -- N [--export FILE]`: tells one story on the databases in force and prints its tables.
import { readdir, writeFile } from 'node:fs/promises';
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
const told = await story.tell(stage);
await stage.check();
console.log(`${story.number} ${story.title}\n\n${told.tables.join('\n')}`);
if (values.export) await writeFile(values.export, told.archive);
