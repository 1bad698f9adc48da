import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';

const COLLECTION = '/usr/share/openclipart/svg';

/** The folder of the prepared set; made from Debian's openclipart-svg where there is none, which takes minutes. */
export async function preparedSet(): Promise<string> {
  const folder = process.env.UNCAGED_TRAINING_SET ?? path.join(homedir(), '.cache', 'uncaged', 'openclipart');
  if (existsSync(path.join(folder, 'works.jsonl'))) return folder;
  if (!existsSync(COLLECTION)) {
    throw new Error(
      `There is no prepared set in ${folder}, and no ${COLLECTION} to make one of. Install Debian's openclipart-svg, or name a set in UNCAGED_TRAINING_SET.`,
    );
  }
  console.error(`Preparing the training set in ${folder} …`);
  const part = `${folder}.part`;
  await rm(part, { recursive: true, force: true });
  await mkdir(part, { recursive: true });
  const script = path.join(import.meta.dirname, '../../packages/engine/scripts/prepare-openclipart.ts');
  const child = spawn(process.execPath, [script, COLLECTION, part], { stdio: ['ignore', 2, 2] });
  const [status] = (await once(child, 'exit')) as [number | null];
  if (status !== 0) throw new Error(`preparing the set ended with status ${status}`);
  await rename(part, folder);
  return folder;
}
