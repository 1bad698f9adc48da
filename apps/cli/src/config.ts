import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Config, readConfig } from '@uncaged/platform';

const inHouse = (path: string) => fileURLToPath(new URL(`../../../${path}`, import.meta.url));

/** The weights that ship with the house. */
export const shippedWeights = inHouse('packages/engine/weights');
/** The worker's entry file, started as a process of its own. */
export const workerEntry = inHouse('apps/worker/src/index.ts');

/** The tool that trains without one author at a time, started as a process of its own. */
export const leaveOutEntry = inHouse('packages/engine/scripts/leave-out.ts');

/** The portal's built handler, or null when it was not built. */
export function portalHandler(): string | null {
  const path = inHouse('apps/portal/build/handler.js');
  return existsSync(path) ? path : null;
}

/** The configuration of the environment with what the command line adds. Says what is wrong and exits 1. */
export function configOrExit(given: { data?: string | undefined; port?: number; host?: string }): Config {
  const env = { ...process.env, ...(given.data ? { UNCAGED_DATA: given.data } : {}) };
  const read = readConfig(env);
  if (!read.ok) {
    for (const { variable, message } of read.problems) console.error(`uncaged: ${variable} ${message}`);
    process.exit(1);
  }
  const { config } = read;
  return { ...config, port: given.port ?? config.port, host: given.host ?? config.host };
}
