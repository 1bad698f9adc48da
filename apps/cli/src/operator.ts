import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startApi } from '@uncaged/api';
import { type Client, createClient } from '@uncaged/contract';
import type { Config } from '@uncaged/platform';
import { shippedWeights } from './config.ts';

/** The collective of a data folder as the operator reaches it. */
export interface Reached {
  url: string;
  /** The operator's. */
  token: string;
  client: Client;
  /** Ends what was started for this command. */
  close(): Promise<void>;
}

/**
 * Reaches the collective of this data folder: the server that runs on it, or one started on a loopback port
 * for the time of the command. Says what is wrong and exits 1.
 */
export async function reachCollective(config: Config): Promise<Reached> {
  const known = await readFile(join(config.dataFolder, 'operator.token'), 'utf8').catch(() => '');
  const token = known.trim();
  const running = await runningAt(config, token);
  if (running)
    return {
      url: running,
      token,
      client: createClient({ baseUrl: running, token: token }),
      close: async () => {},
    };
  const started = await startApi({ config, port: 0, host: '127.0.0.1', weights: shippedWeights });
  if (!started.ok) {
    console.error(`uncaged: ${started.message}`);
    process.exit(1);
  }
  const { api } = started;
  const client = createClient({ baseUrl: api.url, token: api.operatorToken });
  return { url: api.url, token: api.operatorToken, client, close: () => api.close() };
}

/** The address of the server that runs on this data folder, as it wrote it down, if it answers. */
async function runningAt(config: Config, token: string): Promise<string | null> {
  const url = (await readFile(join(config.dataFolder, 'address'), 'utf8').catch(() => '')).trim();
  if (url === '' || token === '') return null;
  const answer = await createClient({ baseUrl: url, token })
    .request('GET', '/api/health')
    .catch(() => null);
  return answer?.ok ? url : null;
}
