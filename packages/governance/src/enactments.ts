import type { Context, Tx } from '@uncaged/platform';
import { recordFact } from './facts.ts';
import { patchOnto } from './patch.ts';
import { enactPolicy, requirePolicy } from './policies.ts';
import * as store from './proposals.store.ts';
import { openRebase } from './rebases.ts';
import { patchVoted, writtenAgainst } from './standing.ts';

type MachineContext = Pick<Context, 'db' | 'clock' | 'ids' | 'secrets'>;

/**
 * Puts a passed patch in force on top of whatever was enacted since it was written, or calls it a clash, which a vote
 * of its own settles.
 */
export async function enact(tx: Tx, ctx: MachineContext, proposal: store.ProposalRow): Promise<void> {
  const policy = await requirePolicy(tx);
  const standing = patchOnto(
    await writtenAgainst(tx, proposal),
    policy.document,
    await patchVoted(tx, proposal),
  );
  if (standing.ok) {
    await enactPolicy(tx, ctx, { document: standing.policy, proposalId: proposal.id, actor: null });
    await store.advance(tx, proposal.id, { state: 'enacted' });
    return;
  }
  await recordFact(tx, ctx, {
    kind: 'proposal.clashed',
    actor: null,
    subject: `proposal:${proposal.id}`,
    payload: { proposalId: proposal.id, clauses: standing.paths, inForce: policy.hash },
    visibility: 'public',
  });
  await store.advance(tx, proposal.id, { state: 'clash', clashes: standing.paths });
  await openRebase(tx, ctx, proposal);
}
