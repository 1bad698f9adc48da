/**
 * Watches over a renderer from a thread of its own: a decoder in WebAssembly lets nothing else run on its thread.
 * It tells why it ended the process by the signal.
 */
import process from 'node:process';
import { workerData } from 'node:worker_threads';
import { LIMITS, TOO_MUCH_MEMORY, TOO_MUCH_TIME } from './limits.ts';

const due = workerData as Float64Array;
setInterval(() => {
  if (process.memoryUsage.rss() > LIMITS.memory) process.kill(process.pid, TOO_MUCH_MEMORY);
  const { user, system } = process.cpuUsage();
  if ((user + system) / 1000 > (due[0] ?? Number.POSITIVE_INFINITY)) process.kill(process.pid, TOO_MUCH_TIME);
}, 25);
