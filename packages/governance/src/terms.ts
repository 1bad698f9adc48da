import { z } from 'zod';
import { changesPolicy } from './patch.ts';
import { optionMethods, type Policy, type ProposalKind, voteRuleOf } from './policy.ts';

const count = (min: number, max: number) => z.int().min(min).max(max);

/** Applies a passed change to a part of all jobs first, and takes it back by itself when a measure gets too high. */
const canarySchema = z.strictObject({
  percent: count(1, 50),
  hours: count(1, 24 * 30),
  /** of a thousand jobs under the change: how many were refused, or failed */
  measure: z.enum(['refused_per_thousand', 'failed_per_thousand']),
  /** more than this ends the trial */
  revertAbove: count(0, 1000),
});

/** What an author asks of the vote and of what follows, within the rule of the policy. Frozen with the text. */
const termsSchema = z.strictObject({
  /** how options are counted; one of the rule's methods, the first where it is left out */
  method: z.enum(optionMethods).exactOptional(),
  /** of an election: how many are elected */
  seats: count(1, 100).exactOptional(),
  /** of an election: the role that is granted */
  role: z.string().max(63).exactOptional(),
  /** of a budget vote: what is shared out, in whole units */
  total: count(1, 1_000_000_000_000).exactOptional(),
  /** the vote opens no sooner than this, nor sooner than the rule says */
  discussUntil: z.iso.datetime().exactOptional(),
  canary: canarySchema.exactOptional(),
  /** counted from the enactment: then the change is taken back */
  sunsetDays: count(1, 3650).exactOptional(),
  /** counted from the enactment: then everybody is asked to look at it again */
  reviewDays: count(1, 3650).exactOptional(),
  /** ids of members without whose own yes the change is not put in force, whatever the vote */
  needsConsentOf: z.array(z.string().min(1).max(100)).min(1).max(50).exactOptional(),
  /** nobody learns who voted how, where the rule leaves it to the author */
  secret: z.literal(true).exactOptional(),
  /** of a vote that a clash opened: the proposal that passed before */
  rebases: z.string().exactOptional(),
  /** of a vote on an emergency measure */
  emergencyId: z.string().exactOptional(),
});
export type Terms = z.infer<typeof termsSchema>;

export type TermsCheck =
  | { ok: true }
  | { ok: false; code: 'window_in_past'; until: string }
  | { ok: false; code: 'terms_do_not_fit'; field: string; reason: string };

const longest = 365 * 24 * 3_600_000;

/**
 * Whether these terms, read from the wire, fit a proposal of this kind under this policy. What they say of members is
 * checked where members are known. Errors in this order: `window_in_past`, `terms_do_not_fit`.
 */
export function checkTerms(policy: Policy, kind: ProposalKind, terms: Terms, now: Date): TermsCheck {
  const refuse = (field: keyof Terms, reason: string): TermsCheck => ({
    ok: false,
    code: 'terms_do_not_fit',
    field: `/terms/${field}`,
    reason,
  });
  const { discussUntil: until } = terms;
  if (until !== undefined && new Date(until) <= now) return { ok: false, code: 'window_in_past', until };
  if (until !== undefined && new Date(until).getTime() > now.getTime() + longest)
    return refuse('discussUntil', 'is more than a year away');
  for (const field of ['rebases', 'emergencyId'] as const)
    if (terms[field] !== undefined) return refuse(field, 'is for votes that the machine opens');
  const { options, secrecy } = voteRuleOf(policy, kind) ?? {};
  if (terms.secret && secrecy !== 'author_chooses' && secrecy !== 'secret')
    return refuse('secret', 'votes of this kind are opened at the close');
  const methods: readonly string[] = options?.methods ?? [];
  const method = terms.method ?? methods[0];
  if (terms.method && !methods.includes(terms.method)) return refuse('method', 'is no method of this kind');
  const elects = kind === 'election';
  if (elects !== (terms.role !== undefined)) return refuse('role', elects ? 'is needed' : 'is for elections');
  if (terms.role !== undefined && !policy.roles[terms.role])
    return refuse('role', 'is no role of the policy');
  if (terms.role !== undefined && policy.membership.memberRoles.includes(terms.role))
    return refuse('role', 'is held by every member');
  if (!elects && terms.seats !== undefined) return refuse('seats', 'are for elections');
  if (terms.total !== undefined && method !== 'budget') return refuse('total', 'is for votes on a budget');
  if (method === 'budget' && terms.total === undefined) return refuse('total', 'is needed to share it out');
  if (!changesPolicy(kind))
    for (const field of ['canary', 'sunsetDays', 'reviewDays'] as const)
      if (terms[field] !== undefined) return refuse(field, 'is for changes of the policy');
  const { needsConsentOf = [] } = terms;
  if (new Set(needsConsentOf).size < needsConsentOf.length)
    return refuse('needsConsentOf', 'names somebody twice');
  return { ok: true };
}
