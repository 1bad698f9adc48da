import { existsSync } from 'node:fs';
import { policyInForce } from '@uncaged/governance';
import type { Platform } from '@uncaged/platform';
import { registerShippedModel } from '@uncaged/provenance';

/**
 * Registers the model that ships with the house, its dataset and every work it saw; registering it again
 * changes nothing. Without a founded collective or without weights there is nothing to do. A folder that cannot
 * be registered is logged and tried again at the next start: a founding stands without it.
 */
export async function registerShipped(platform: Platform, folder: string | null): Promise<void> {
  if (folder === null || !existsSync(folder)) return;
  const policy = await policyInForce(platform.db.read);
  if (!policy) return;
  const { db, clock, ids, blobs, secrets } = platform;
  const actor = { memberId: null, roles: [], kind: 'machine' as const };
  try {
    const result = await registerShippedModel({ db, clock, ids, blobs, secrets, policy, actor }, folder);
    if (!result.ok) console.error(`The shipped model was not registered: ${result.code}, ${result.detail}`);
  } catch (error) {
    console.error('The shipped model was not registered', error);
  }
}
