import { type Enforcement, enforcementOf, type GovernedContext, policyNamed } from '@uncaged/governance';
import type { Policy } from '@uncaged/governance/rules';

/** Which clause of the policy stands behind a limit that somebody met, as a JSON Pointer. */
const clauses: Readonly<Record<'clip' | 'fine_tune', Readonly<Record<string, string>>>> = {
  clip: {
    prompt_too_long: '/studio/promptMaxCharacters',
    steps_out_of_range: '/studio/steps',
    too_many_outstanding: '/studio/outstandingPerMember',
    caption_too_long: '/studio/captionMaxCharacters',
    model_retired: '/models',
  },
  fine_tune: {
    prompt_too_long: '/studio/promptMaxCharacters',
    caption_too_long: '/studio/captionMaxCharacters',
    steps_out_of_range: '/fineTunes/maxSteps',
    rank_out_of_range: '/fineTunes/maxRank',
    too_many_works: '/fineTunes/maxWorks',
    sheet_too_large: '/fineTunes/maxSheetPictures',
    too_many_outstanding: '/fineTunes/outstandingPerMember',
    model_retired: '/models',
  },
};

/** The clause behind a limit; of one that no vote set, none. */
export function clauseOf(about: 'clip' | 'fine_tune', code: string): string {
  return clauses[about][code] ?? '';
}

/** Whether a member who has so many clips waiting may ask for another. */
export function withinCap(policy: Policy, outstanding: number): boolean {
  return outstanding < policy.studio.outstandingPerMember;
}

/** The receipt of a limit: the clause that sets it and the vote that set the clause; null where no clause does. */
export async function limitReceipt(
  ctx: GovernedContext,
  about: 'clip' | 'fine_tune',
  code: string,
): Promise<Enforcement | null> {
  const clause = clauses[about][code];
  return clause === undefined ? null : enforcementOf(ctx.db.read, ctx.policy, clause);
}

/** What a policy says of a model that a vote retired; null where it did not. */
export function retiredIn(policy: Policy, modelId: string): string | null {
  const said = policy.models?.[modelId];
  return said?.state === 'retired' ? said.about : null;
}

/**
 * What was held against a clip's words when it was allowed: each safeguard of the policy it ran under, and the vote
 * that set it.
 */
export async function consulted(
  ctx: GovernedContext,
  ran: { policyVersion: number; policyHash: string },
): Promise<Enforcement[]> {
  const policy = await policyNamed(ctx.db.read, ran.policyVersion, ran.policyHash);
  if (!policy) return [];
  const found: Enforcement[] = [];
  for (const id of Object.keys(policy.document.safeguards).sort())
    found.push(await enforcementOf(ctx.db.read, policy, `/safeguards/${id}`));
  return found;
}
