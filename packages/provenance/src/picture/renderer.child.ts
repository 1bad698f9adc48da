/**
 * The renderer: a process of its own that decodes one picture or clip at a time, so that a file made to hurt a
 * decoder hurts only this process. A thread beside the decoder ends it when it has grown too large or worked too
 * long; its parent ends it when it hangs.
 */
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import process from 'node:process';
import { Worker } from 'node:worker_threads';
import sharp from 'sharp';
import { type Ask, draw } from './draw.ts';
import { LIMITS } from './limits.ts';

sharp.cache(false);
sharp.concurrency(1);
// On Linux, the kernel takes this process first when memory runs out, never the server.
if (process.platform === 'linux') writeFile('/proc/self/oom_score_adj', '1000').catch(() => {});

/** Milliseconds of processor time after which the watch ends this process. */
const due = new Float64Array(new SharedArrayBuffer(8)).fill(Number.POSITIVE_INFINITY);
const watch = new Worker(new URL('./renderer.watch.ts', import.meta.url), { workerData: due });
watch.unref();
const watching = once(watch, 'online');

/** Milliseconds of processor time this process has used, on all its threads. */
function worked(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

process.on('message', async (ask: Ask) => {
  await watching;
  const mayMove = /^video\/|^image\/(?:gif|webp)$/.test(ask.mediaType);
  due[0] = worked() + (mayMove ? LIMITS.movingMilliseconds : LIMITS.milliseconds);
  const drawn = await draw(ask);
  due[0] = Number.POSITIVE_INFINITY;
  // maxRSS is in kilobytes on Linux and macOS, and so says Node.
  process.send?.({ drawn, peak: process.resourceUsage().maxRSS * 1024 });
});
process.on('disconnect', () => process.exit(0));
