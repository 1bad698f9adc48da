import type { Tx } from '@uncaged/platform';
import * as members from './members.store.ts';
import { type DiffLine, type PolicyPatch, patchForKind } from './patch.ts';
import { type Policy, type PolicyInForce, type ProposalKind, voteRuleOf } from './policy.ts';
import { checkReachable, type NeverPasses } from './reachable.ts';
import { isSecret } from './secret.ts';
import { checkTerms, type Terms, type TermsCheck } from './terms.ts';

const titleMax = 200;
const bodyMax = 20_000;

export type TextCheck =
  | { ok: true; title: string; body: string }
  | { ok: false; code: 'title_length' | 'body_length'; min: number; max: number };

/** Trims a title and a text. Errors in this order: `title_length`, `body_length`. */
export function checkText(given: { title: string; body: string }): TextCheck {
  const [title, body] = [given.title.trim(), given.body.trim()];
  if (title.length < 1 || title.length > titleMax)
    return { ok: false, code: 'title_length', min: 1, max: titleMax };
  if (body.length > bodyMax) return { ok: false, code: 'body_length', min: 0, max: bodyMax };
  return { ok: true, title, body };
}

/** What a draft says beside its words. */
export interface Matter {
  patch: PolicyPatch;
  /** hash of the policy that the patch was written against */
  against: string;
  terms: Terms;
}

export type MatterRefusal =
  | { ok: false; code: 'stale_policy'; inForce: string }
  | {
      ok: false;
      code: 'kind_not_in_policy' | 'emergency_opens_itself' | 'too_few_for_secrecy' | 'unknown_member';
    }
  | Extract<TermsCheck, { ok: false }>
  | PatchRefusal;
export type PatchRefusal =
  | { ok: false; code: 'patch_changes_nothing' | 'open_question_has_patch' }
  | { ok: false; code: 'policy_patch_invalid'; field: string; reason: string }
  | { ok: false; code: 'patch_outside_kind'; path: string }
  | NeverPasses;

/** Who may vote under a policy, as of now, in the order of their ids. */
export async function votersNow(tx: Tx, policy: Policy): Promise<string[]> {
  const { eligibleRoles } = policy.voting;
  return holders(await members.standing(tx), eligibleRoles);
}

/** The ids of those who hold one of these roles. */
export function holders(standing: readonly members.MemberRow[], roles: readonly string[]): string[] {
  return standing.filter((member) => member.roles.some((role) => roles.includes(role))).map(({ id }) => id);
}

/**
 * Whether a proposal of this kind may carry this patch, its rules reachable by the members there are. Errors: those of
 * `patchForKind`, then `rule_never_passes`.
 */
export async function checkPatch(
  tx: Tx,
  kind: ProposalKind,
  written: Policy,
  patch: PolicyPatch,
): Promise<{ ok: true; diff: DiffLine[]; policy: Policy } | PatchRefusal> {
  const fits = patchForKind(kind, written, patch);
  if (!fits.ok) return fits as PatchRefusal;
  const reachable = checkReachable(fits.policy, fits.diff, (await votersNow(tx, fits.policy)).length);
  return reachable.ok ? fits : reachable;
}

/**
 * Whether a proposal of this kind may stand under the policy in force. Errors in this order: `stale_policy` (written
 * against another version), `kind_not_in_policy`, `emergency_opens_itself`, those of `checkTerms`,
 * `too_few_for_secrecy` (fewer may vote than the privacy floor), `unknown_member` (asked for the consent of somebody who
 * is not here), those of `checkPatch`.
 */
export async function checkMatter(
  tx: Tx,
  policy: PolicyInForce,
  kind: ProposalKind,
  matter: Matter,
  now: Date,
): Promise<{ ok: true } | MatterRefusal> {
  const { patch, against, terms } = matter;
  if (against !== policy.hash) return { ok: false, code: 'stale_policy', inForce: policy.hash };
  const rule = voteRuleOf(policy.document, kind);
  if (!rule) return { ok: false, code: 'kind_not_in_policy' };
  if (kind === 'emergency') return { ok: false, code: 'emergency_opens_itself' };
  const fit = checkTerms(policy.document, kind, terms, now);
  if (!fit.ok) return fit;
  const { minGroupSize } = policy.document.privacy;
  if (isSecret(rule, terms) && (await votersNow(tx, policy.document)).length < minGroupSize)
    return { ok: false, code: 'too_few_for_secrecy' };
  const { needsConsentOf: asked = [] } = terms;
  const here = (await members.byIds(tx, asked)).filter((member) => member.erasedAt === null);
  if (here.length < asked.length) return { ok: false, code: 'unknown_member' };
  const fits = await checkPatch(tx, kind, policy.document, patch);
  return fits.ok ? { ok: true } : fits;
}
