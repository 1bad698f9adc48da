import type { Context, Tx } from '@uncaged/platform';
import { recordFact } from './facts.ts';
import * as members from './members.store.ts';
import * as options from './options.store.ts';
import { requirePolicy } from './policies.ts';
import * as store from './proposals.store.ts';
import { recordClash } from './rebases.ts';

/**
 * Puts an election in force: whoever was elected gets the role, whoever holds it and was not lays it down. Winners who
 * left meanwhile are passed over; a role that the policy has dropped meanwhile is nobody's, and the election is a clash.
 */
export async function seat(
  tx: Tx,
  ctx: Pick<Context, 'clock' | 'ids' | 'secrets'>,
  proposal: store.ProposalRow,
): Promise<void> {
  const { id, terms, winners } = proposal;
  const { role = '' } = terms;
  const policy = await requirePolicy(tx);
  if (!policy.document.roles[role]) {
    return recordClash(tx, ctx, id, [`/roles/${role}`], policy.hash);
  }
  const put = await options.optionsOf(tx, id);
  const elected = new Set((winners ?? []).map((key) => put.find((option) => option.key === key)?.memberId));
  for (const member of await members.standing(tx)) {
    const [holds, shall] = [member.roles.includes(role), elected.has(member.id)];
    if (holds === shall) continue;
    await recordFact(tx, ctx, {
      kind: shall ? 'role.granted' : 'role.ended',
      actor: null,
      subject: `member:${member.id}`,
      payload: { memberId: member.id, role, proposalId: id },
      visibility: 'public',
    });
    const roles = shall ? [...member.roles, role] : member.roles.filter((one) => one !== role);
    await members.setRoles(tx, member.id, roles);
  }
  await store.advance(tx, id, { state: 'enacted' });
}
