import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { type Api, startApi } from '@uncaged/api';
import { configOrExit, portalHandler, shippedWeights } from './config.ts';
import { spawnWorker } from './worker.ts';

export interface UpOptions {
  port?: number;
  host?: string;
  workers: number;
  data?: string;
}

/** `uncaged up`: starts everything on this machine and prints the address; SIGTERM drains and exits 0. */
export async function up(options: UpOptions): Promise<void> {
  const config = configOrExit(options);
  const portal = portalHandler();
  if (portal === null) console.error('uncaged: the portal is not built; only /api answers.');
  const started = await startApi({ config, portal, weights: shippedWeights });
  if (!started.ok) {
    console.error(`uncaged: ${started.message}`);
    process.exit(1);
  }
  const { api } = started;
  const crew = await hire(api, options.workers, join(config.dataFolder, 'worker'));
  const stop = async () => {
    await crew.dismiss();
    await api.close();
    process.exit(0);
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void stop());
  console.log(`The collective is at`);
  console.log(api.url);
}

interface Crew {
  dismiss(): Promise<void>;
}

/** A worker that ended by itself comes back after this, in milliseconds. */
const comeBackMs = 2_000;

/** A worker that has not given its job back by then is ended; its lease goes back by itself. */
const farewellMs = 15_000;

/**
 * Starts local workers, each under a token that lasts as long as this process, and keeps them running. What they fetch,
 * and checkpoints of what they teach, lie in `cache`.
 */
async function hire(api: Api, count: number, cache: string): Promise<Crew> {
  const running = new Set<ChildProcess>();
  let dismissed = false;
  const keep = (token: string): void => {
    if (dismissed) return;
    const child = spawnWorker(api.url, token, [shippedWeights], cache);
    running.add(child);
    child.once('exit', (code) => {
      running.delete(child);
      if (dismissed) return;
      console.error(`uncaged: the local worker ended with ${code ?? 'a signal'}; starting it again`);
      setTimeout(() => keep(token), comeBackMs);
    });
  };
  for (let number = 1; number <= count; number++) keep(await api.localWorkerToken(`this machine ${number}`));
  return {
    async dismiss() {
      dismissed = true;
      await Promise.all(
        [...running].map(
          (child) =>
            new Promise<void>((resolve) => {
              const impatient = setTimeout(() => child.kill('SIGKILL'), farewellMs);
              child.once('exit', () => {
                clearTimeout(impatient);
                resolve();
              });
              child.kill('SIGTERM');
            }),
        ),
      );
    },
  };
}
