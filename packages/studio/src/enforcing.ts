import { type Entry, type Json, record } from '@uncaged/book';
import { enforcementOf, evaluateSafeguards, type GovernedContext, liftedBy } from '@uncaged/governance';
import type { Policy, SafeguardVerdict } from '@uncaged/governance/rules';
import type { Tx } from '@uncaged/platform';
import { styleNameConsents } from '@uncaged/provenance';
import { recorded } from './recorded.ts';

/** Why the machine refused: the clause, and the vote that set it. */
export interface Enforcement {
  clause: string;
  text: string;
  matched: string;
  policyVersion: number;
  policyHash: string;
  proposalId: string | null;
  tally: Json;
  /** The entry that set the clause in force. */
  enactedEntryId: string | null;
  /** The entry of this refusal. */
  entryId: string;
  [more: string]: Json;
}

export interface EnforcementRefusal {
  ok: false;
  code: 'refused_by_safeguard';
  enforcement: Enforcement;
  entry: Entry;
}

export interface Enforced {
  kind: 'generation.refused' | 'fine-tune.refused';
  subject: string;
  /** What the entry says of what was asked, and no word of it. */
  about: { [id: string]: string };
  /** Every text that was asked for, and who asked. */
  texts: readonly string[];
  memberId: string;
  key?: { idempotencyKey: string | undefined; input: Json } | undefined;
}

/** The clauses that appeals have lifted for these words of a member. */
async function liftedFor(tx: Tx, policy: Policy, memberId: string, words: string): Promise<string[]> {
  const clauses = Object.keys(policy.safeguards).map((id) => `/safeguards/${id}`);
  return (await liftedBy(tx, { memberId, words, clauses })).map(({ clause }) => clause);
}

/** Asks the safeguards of the policy in force about every text; a refusal is a public entry that holds none of them. */
export async function enforceOn(
  tx: Tx,
  ctx: GovernedContext,
  { kind, subject, about, texts, memberId, key }: Enforced,
): Promise<EnforcementRefusal | null> {
  const consents = await styleNameConsents(tx, ctx.clock.now());
  let verdict: SafeguardVerdict = { ok: true };
  for (const prompt of texts) {
    verdict = evaluateSafeguards(ctx.policy.document, { prompt, consents });
    if (verdict.ok) continue;
    const lifted = await liftedFor(tx, ctx.policy.document, memberId, prompt);
    verdict = evaluateSafeguards(ctx.policy.document, { prompt, consents, lifted });
    if (!verdict.ok) break;
  }
  if (verdict.ok) return null;
  const set = await enforcementOf(tx, ctx.policy, verdict.clause);
  const { version: policyVersion, hash: policyHash } = ctx.policy;
  const { clause, text } = verdict;
  const entry = recorded(
    await record(tx, ctx, {
      kind,
      actor: null,
      subject,
      payload: { ...about, clause, policyVersion, policyHash, proposalId: set.proposalId },
      visibility: 'public',
      ...(key?.idempotencyKey === undefined ? {} : key),
    }),
  );
  const { entryId: enactedEntryId, tally, ...origin } = set;
  const enforcement: Enforcement = {
    ...origin,
    clause,
    text,
    matched: String(verdict.matched),
    policyVersion,
    policyHash,
    tally: (tally ?? null) as Json,
    enactedEntryId,
    entryId: entry.id,
  };
  return { ok: false, code: 'refused_by_safeguard', enforcement, entry };
}
