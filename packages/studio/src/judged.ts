import type { GovernedContext } from '@uncaged/governance';
import type { Tx } from '@uncaged/platform';
import * as store from './generations.store.ts';

/** Clips asked for since then under a policy, and how many of them were refused or failed. */
export async function jobsUnder(
  tx: Tx,
  under: { policyHash: string; since: Date },
): Promise<{ jobs: number; refused: number; failed: number }> {
  return store.outcomesUnder(tx, under);
}

/**
 * A refused clip of one's own, as an appeal needs it; null where there is none, where it is somebody else's, or where
 * its words are gone.
 */
export async function refusedWords(
  ctx: GovernedContext,
  generationId: string,
): Promise<{
  subject: string;
  clause: string;
  policyVersion: number;
  policyHash: string;
  words: string;
} | null> {
  const row = await store.byId(ctx.db.read, generationId);
  const clause = (row?.enforcement as { clause?: string } | null)?.clause;
  if (!row || row.makerId !== ctx.actor.memberId || row.state !== 'refused') return null;
  if (clause === undefined || row.prompt === '') return null;
  const { policyVersion, policyHash, prompt: words } = row;
  return { subject: `generation:${row.id}`, clause, policyVersion, policyHash, words };
}
