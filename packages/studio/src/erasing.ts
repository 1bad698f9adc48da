import type { Tx } from '@uncaged/platform';
import { eraseOwnModels } from '@uncaged/provenance';
import { eraseTeaching } from './fine-tunes/fine-tunes.store.ts';
import { eraseClips } from './generations.store.ts';

/**
 * Takes a member's own words out of what they made and taught here. What waits is given up, what they kept for
 * themselves is thrown away; clips keep their lineage. Ids, hashes, policy and times stay.
 */
export async function eraseWords(tx: Tx, memberId: string): Promise<void> {
  await eraseClips(tx, memberId);
  await eraseTeaching(tx, memberId);
  await eraseOwnModels(tx, memberId);
}
