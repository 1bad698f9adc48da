/**
 * The renderer: a process of its own that decodes one picture at a time, so that a file made to hurt a decoder
 * hurts only this process. It ends itself when it has grown too large; its parent ends it when it takes too long.
 */
import { writeFile } from 'node:fs/promises';
import process from 'node:process';
import sharp from 'sharp';
import { draw } from './draw.ts';
import { LIMITS, TOO_MUCH_MEMORY, TOO_MUCH_TIME } from './limits.ts';

sharp.cache(false);
sharp.concurrency(1);
// On Linux, the kernel takes this process first when memory runs out, never the server.
if (process.platform === 'linux') writeFile('/proc/self/oom_score_adj', '1000').catch(() => {});

/** Milliseconds of processor time this process has used, on all its threads. */
const worked = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};
let before = Number.POSITIVE_INFINITY;

setInterval(() => {
  if (process.memoryUsage.rss() > LIMITS.memory) process.exit(TOO_MUCH_MEMORY);
  if (worked() - before > LIMITS.milliseconds) process.exit(TOO_MUCH_TIME);
}, 25).unref();

process.on('message', async (bytes: Uint8Array) => {
  before = worked();
  const drawn = await draw(bytes);
  before = Number.POSITIVE_INFINITY;
  // maxRSS is in kilobytes on Linux and macOS, and so says Node.
  process.send?.({ drawn, peak: process.resourceUsage().maxRSS * 1024 });
});
process.on('disconnect', () => process.exit(0));
