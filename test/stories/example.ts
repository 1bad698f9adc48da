// `npm start -- --example`: a newcomer sees a living collective. Tells story 001 once into a data folder of its own,
// dated so that it ends yesterday; a folder that was told to its end is left as it is.
import { existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { manualClock, openPlatform, readConfig } from '@uncaged/platform';
import { raise } from '../support/stage.ts';
import { passwordOf, story } from './001-seat-at-the-table/story.ts';

const [folder = ''] = process.argv.slice(2);
const told = path.join(folder, 'example.told');
const login = `Come in as heron (steward) with the password “${passwordOf('heron')}”, or as nacht, iris or ko.`;

if (!existsSync(told)) {
  console.error('uncaged: telling the example, two clips included; about a minute the first time …');
  await rm(folder, { recursive: true, force: true });
  const read = readConfig({ UNCAGED_DATA: folder, PORT: '0' });
  if (!read.ok) throw new Error(read.problems.map((one) => `${one.variable} ${one.message}`).join('; '));
  const clock = manualClock(new Date(Date.now() - 14 * 86_400_000));
  const opened = await openPlatform(read.config, { clock });
  if (!opened.ok) throw new Error(opened.message);
  {
    await using stage = await raise({ platform: Object.assign(opened.platform, { clock }) });
    await story.tell(stage, 'short');
  }
  await writeFile(told, `${login}\n`);
}
console.error(`uncaged: ${login}`);
