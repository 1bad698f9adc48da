import type { Entry, Json } from '@uncaged/book';
import type { Context, Tx } from '@uncaged/platform';
import type { Affected } from './counts.ts';
import { holders } from './drafts.ts';
import { at, recordFact } from './facts.ts';
import { recusedFrom } from './interests.ts';
import * as members from './members.store.ts';
import * as options from './options.store.ts';
import { definitionOf, optionsMissing, original, statusQuo, statusQuoTitle } from './options.ts';
import { changesPolicy } from './patch.ts';
import * as policies from './policies.store.ts';
import { type PolicyInForce, recusesDeclared, type VoteRule, voteRuleOf } from './policy.ts';
import * as store from './proposals.store.ts';
import { isSecret, papersUntil } from './secret.ts';
import { makeBallotKey } from './secret-votes.ts';
import { votingWindow } from './timeline.ts';

type MachineContext = Pick<Context, 'clock' | 'ids' | 'secrets'>;

/** Who may vote, who would but for an interest they declared, and whose own majority is needed too. */
interface Electorate {
  eligible: string[];
  recused: string[];
  affected: Affected | null;
}

async function electorateOf(
  tx: Tx,
  proposal: store.ProposalRow,
  policy: PolicyInForce,
  rule: VoteRule,
): Promise<Electorate> {
  const standing = await members.standing(tx);
  const voters = holders(standing, policy.document.voting.eligibleRoles);
  const declared = recusesDeclared(policy.document, proposal.kind) ? await recusedFrom(tx, proposal) : [];
  const out = new Set(declared);
  const eligible = voters.filter((id) => !out.has(id));
  const roles = rule.affected?.roles;
  const may = new Set(eligible);
  return {
    eligible,
    recused: voters.filter((id) => out.has(id)),
    affected: roles ? { roles, eligible: holders(standing, roles).filter((id) => may.has(id)) } : null,
  };
}

/** What stands for vote, as an entry names it. Candidates go by their id: a name can be erased, an entry cannot. */
function listed(proposal: store.ProposalRow, put: readonly options.OptionRow[]): Json[] {
  const own = changesPolicy(proposal.kind)
    ? [
        { key: statusQuo, title: statusQuoTitle },
        { key: original, title: proposal.title, patch: proposal.patch as unknown as Json },
      ]
    : [];
  return [
    ...own,
    ...put.map(({ key, title, patch, memberId }) => ({
      key,
      ...(memberId === null ? { title } : { memberId }),
      ...(patch !== null && { patch: patch as unknown as Json }),
    })),
  ];
}

/** Options that can stand for vote now: those put, but for candidates who left or are not eligible any more. */
async function optionsNow(tx: Tx, proposal: store.ProposalRow, eligible: readonly string[]) {
  const put = await options.standingOf(tx, proposal.id);
  return put.filter(({ memberId }) => memberId === null || eligible.includes(memberId));
}

/**
 * Opens the vote now, under the rule in force, for whoever is eligible now. A vote that has too few options, or whose
 * kind the policy has dropped, lapses instead.
 */
export async function openVote(
  tx: Tx,
  ctx: MachineContext,
  proposal: store.ProposalRow,
  policy: PolicyInForce,
): Promise<Entry> {
  const { id, kind, title, patch, authorId, terms } = proposal;
  const rule = voteRuleOf(policy.document, kind);
  if (!rule) return lapse(tx, ctx, proposal, 'kind');
  const { eligible, recused, affected } = await electorateOf(tx, proposal, policy, rule);
  const secret = isSecret(rule, terms);
  const fewest = policy.document.privacy.minGroupSize;
  if (secret && eligible.length < fewest) return lapse(tx, ctx, proposal, 'too_few_for_secrecy');
  const put = await optionsNow(tx, proposal, eligible);
  if (optionsMissing(kind, (await options.optionsOf(tx, id)).length, put.length))
    return lapse(tx, ctx, proposal, 'options');
  const keys = put.map(({ key }) => key);
  const definition = definitionOf(kind, rule, terms, keys);
  const { opensAt, closesAt } = votingWindow(rule, ctx.clock.now());
  const against = await policies.byVersion(tx, proposal.againstVersion);
  const { options: _, ...told } = definition ?? {};
  const papers = secret && {
    modulus: await makeBallotKey(tx, ctx, { proposalId: id, fewest }),
    papersUntil: papersUntil(opensAt, closesAt).toISOString(),
    fewest,
  };
  const entry = await recordFact(tx, at(ctx, opensAt), {
    kind: 'proposal.opened',
    actor: authorId,
    subject: `proposal:${id}`,
    payload: {
      proposalId: id,
      kind,
      title,
      patch: patch as unknown as Json,
      against: against?.hash ?? '',
      rule: rule as unknown as Json,
      eligible,
      opensAt: opensAt.toISOString(),
      closesAt: closesAt.toISOString(),
      ...(definition && { ...told, options: listed(proposal, put), tie: rule.options?.tie ?? '' }),
      ...(Object.keys(terms).length > 0 && { terms: terms as unknown as Json }),
      ...(recused.length > 0 && { recused }),
      ...(affected && { affected: affected as unknown as Json }),
      ...(papers && { papers }),
    },
    visibility: 'public',
  });
  const vote = { votingOpenedAt: opensAt, votingClosesAt: closesAt, rule, definition, recused, affected };
  await store.advance(tx, id, { state: 'voting', ...vote });
  await store.insertVoters(tx, id, eligible);
  return entry;
}

/** A proposal ends without a vote: its draft was left lying, or nothing could be voted on. */
export async function lapse(
  tx: Tx,
  ctx: MachineContext,
  proposal: store.ProposalRow,
  why: 'draft' | 'kind' | 'options' | 'too_few_for_secrecy',
): Promise<Entry> {
  const entry = await recordFact(tx, ctx, {
    kind: 'proposal.lapsed',
    actor: null,
    subject: `proposal:${proposal.id}`,
    payload: { proposalId: proposal.id, why },
    visibility: 'public',
  });
  await store.advance(tx, proposal.id, { state: 'lapsed' });
  return entry;
}
