import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * The operator's token of a data folder, made at the first start: `<data>/operator.token`, readable by its
 * owner only. Who can read the data folder can do as much anyway.
 */
export async function operatorToken(dataFolder: string): Promise<string> {
  const path = join(dataFolder, 'operator.token');
  await mkdir(dataFolder, { recursive: true });
  try {
    await writeFile(path, `uo_${randomBytes(32).toString('base64url')}\n`, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return (await readFile(path, 'utf8')).trim();
}
