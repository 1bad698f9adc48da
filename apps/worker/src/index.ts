import { homedir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { defaultModelDir } from '@uncaged/engine';
import { work } from './work.ts';

/**
 * The worker's process: `node apps/worker/src/index.ts --url URL --token TOKEN [--weights FOLDER] [--cache FOLDER]`.
 * What it fetches, and checkpoints of its runs, lie in the cache: UNCAGED_WORKER_CACHE, else `uncaged-worker` in the
 * user's cache folder. The token may come as UNCAGED_WORKER_TOKEN instead, so that it shows in no process list.
 * SIGTERM and SIGINT give the job back and exit 0; a worker whose parent is gone stops too. Exits 1 when the token is
 * turned away or there are no weights.
 */
const { values } = parseArgs({
  options: {
    url: { type: 'string' },
    token: { type: 'string' },
    weights: { type: 'string', multiple: true },
    cache: { type: 'string' },
  },
});
const { url = process.env.UNCAGED_URL, token = process.env.UNCAGED_WORKER_TOKEN } = values;
if (!url || !token || !URL.canParse(url)) {
  console.error('worker: give --url and --token (or UNCAGED_WORKER_TOKEN); a steward issues the token.');
  process.exit(2);
}

const stopping = new AbortController();
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stopping.abort());
if (process.channel) {
  process.on('disconnect', () => stopping.abort());
  // The channel only tells when the parent is gone; it must not keep us here.
  process.channel.unref();
}

const end = await work(
  {
    url: url.replace(/\/+$/, ''),
    token,
    weights: values.weights ?? [defaultModelDir()],
    cache:
      values.cache ??
      process.env.UNCAGED_WORKER_CACHE ??
      join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'uncaged-worker'),
    log: (message) => console.log(`worker: ${message}`),
  },
  stopping.signal,
);
process.exit(end === 'stopped' ? 0 : 1);
