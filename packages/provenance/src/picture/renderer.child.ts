/**
 * The renderer: a process of its own that decodes one picture at a time, so that a file made to hurt a decoder
 * hurts only this process. It ends itself when it has grown too large; its parent ends it when it takes too long.
 */
import { writeFile } from 'node:fs/promises';
import process from 'node:process';
import sharp from 'sharp';
import { draw } from './draw.ts';
import { LIMITS } from './limits.ts';

sharp.cache(false);
sharp.concurrency(1);
// On Linux, the kernel takes this process first when memory runs out, never the server.
if (process.platform === 'linux') writeFile('/proc/self/oom_score_adj', '1000').catch(() => {});

setInterval(() => {
  if (process.memoryUsage.rss() > LIMITS.memory) process.exit(86);
}, 25).unref();

process.on('message', async (bytes: Uint8Array) => {
  const drawn = await draw(bytes);
  // maxRSS is in kilobytes on Linux and macOS, and so says Node.
  process.send?.({ drawn, peak: process.resourceUsage().maxRSS * 1024 });
});
process.on('disconnect', () => process.exit(0));
