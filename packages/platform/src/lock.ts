import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createOnce } from './files.ts';

/** The one process that owns a data folder. */
export interface FolderLock {
  release(): Promise<void>;
}

export type LockTaken =
  | { ok: true; lock: FolderLock }
  | { ok: false; code: 'data_folder_in_use'; pid: number; host: string };

interface Owner {
  pid: number;
  host: string;
  /** When that process started, as the kernel counts it; null where the system does not tell. */
  started: string | null;
  token: string;
}

const beatEvery = 5_000;
/** A lock of another machine that has not been touched for so long belongs to nobody (milliseconds). */
const silentFor = 30_000;

/**
 * Takes `<folder>/lock`. The lock of a process that has died is taken over, also when its pid was given to
 * another process since (told by the start time). Locks of other machines are judged by their heartbeat.
 */
export async function lockFolder(folder: string): Promise<LockTaken> {
  const path = join(folder, 'lock');
  const own: Owner = {
    pid: process.pid,
    host: hostname(),
    started: startOf(process.pid),
    token: randomUUID(),
  };
  for (let attempt = 0; attempt < 3; attempt++) {
    if (await createOnce(path, JSON.stringify(own))) return { ok: true, lock: hold(path, own) };
    const owner = await ownerOf(path);
    if (owner === null) continue;
    if (await alive(path, owner))
      return { ok: false, code: 'data_folder_in_use', pid: owner.pid, host: owner.host };
    await clear(path, owner);
    // Two who found the same dead lock sort themselves out before either looks again.
    await sleep(20 + Math.random() * 80);
  }
  const owner = await ownerOf(path);
  return { ok: false, code: 'data_folder_in_use', pid: owner?.pid ?? 0, host: owner?.host ?? own.host };
}

function hold(path: string, own: Owner): FolderLock {
  const beat = setInterval(() => {
    const now = new Date();
    utimes(path, now, now).catch(() => {});
  }, beatEvery);
  beat.unref();
  return {
    async release() {
      clearInterval(beat);
      const owner = await ownerOf(path);
      if (owner?.token === own.token) await rm(path, { force: true });
    },
  };
}

async function ownerOf(path: string): Promise<Owner | null> {
  const text = await readFile(path, 'utf8').catch(() => null);
  if (text === null) return null;
  try {
    return JSON.parse(text) as Owner;
  } catch {
    return { pid: 0, host: '', started: null, token: '' };
  }
}

async function alive(path: string, owner: Owner): Promise<boolean> {
  if (owner.host !== hostname()) {
    const touched = await stat(path).catch(() => null);
    return touched !== null && Date.now() - touched.mtimeMs < silentFor;
  }
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  return owner.started === null || owner.started === startOf(owner.pid);
}

/** Moves a dead lock away; puts it back when somebody has taken the name in between. */
async function clear(path: string, dead: Owner): Promise<void> {
  const aside = `${path}.${randomUUID()}`;
  try {
    await rename(path, aside);
  } catch {
    return;
  }
  const moved = await ownerOf(aside);
  if (moved !== null && moved.token !== dead.token) await createOnce(path, JSON.stringify(moved));
  await rm(aside, { force: true });
}

/** Boot id and start time in clock ticks since boot (proc(5), field 22 of stat). */
function startOf(pid: number): string | null {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return `${boot}:${fields[19]}`;
  } catch {
    return null;
  }
}
