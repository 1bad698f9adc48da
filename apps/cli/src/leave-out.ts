import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { leaveOutEntry } from './config.ts';

/** `uncaged leave-out FOLDER --out REPORT`: trains in a process of its own, which says how far it is. */
export async function leaveOut(
  folder: string,
  options: { out: string; style: string; kind: string; seed: number; steps?: number },
): Promise<void> {
  const { out, style, kind, seed, steps } = options;
  const words = [folder, out, style, kind, String(seed), ...(steps === undefined ? [] : [String(steps)])];
  const child = spawn(process.execPath, [leaveOutEntry, ...words], { stdio: 'inherit' });
  const [code] = await once(child, 'exit');
  process.exitCode = typeof code === 'number' ? code : 1;
}
