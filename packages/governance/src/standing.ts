import type { Tx } from '@uncaged/platform';
import * as options from './options.store.ts';
import { original } from './options.ts';
import type { PolicyPatch } from './patch.ts';
import * as policies from './policies.store.ts';
import type { Policy } from './policy.ts';
import type * as store from './proposals.store.ts';

/** The policy document a proposal was written against. */
export async function writtenAgainst(tx: Tx, proposal: store.ProposalRow): Promise<Policy> {
  const row = await policies.byVersion(tx, proposal.againstVersion);
  if (!row) throw new Error(`proposal ${proposal.number} was written against no policy`);
  return row.document;
}

/**
 * The patch that a proposal puts in force: the winning amendment's where amendments competed, else its own. Before the
 * count it is its own.
 */
export async function patchVoted(tx: Tx, proposal: store.ProposalRow): Promise<PolicyPatch> {
  const [winner] = proposal.winners ?? [];
  if (winner === undefined || winner === original) return proposal.patch;
  const option = await options.optionOf(tx, proposal.id, winner);
  if (!option?.patch) throw new Error(`proposal ${proposal.number} has no amendment ${winner}`);
  return option.patch;
}
