import { type DiffLine, diffPolicies, type PolicyPatch, patchPolicy } from './patch.ts';
import type { Policy, PolicyCheck } from './policy.ts';

/** How long a measure waits for the signatures it lacks, in hours: what can wait longer is for a vote. */
export const signingHours = 24;

export type MeasureCheck =
  | { ok: true; policy: Policy; diff: DiffLine[] }
  | Extract<PolicyCheck, { ok: false }>
  | { ok: false; code: 'patch_changes_nothing' }
  | { ok: false; code: 'outside_emergency_clauses'; path: string }
  | { ok: false; code: 'no_emergencies_in_policy' };

/**
 * Whether a patch may be an emergency measure under this policy: it changes something, and nothing outside the clauses
 * that the policy names. Errors in this order: `no_emergencies_in_policy`, those of `patchPolicy`,
 * `patch_changes_nothing`, `outside_emergency_clauses`.
 */
export function checkMeasure(policy: Policy, patch: PolicyPatch): MeasureCheck {
  const rule = policy.emergencies;
  if (!rule || !policy.voting.kinds.emergency) return { ok: false, code: 'no_emergencies_in_policy' };
  const outcome = patchPolicy(policy, patch);
  if (!outcome.ok) return outcome;
  const diff = diffPolicies(policy, outcome.policy);
  if (diff.length === 0) return { ok: false, code: 'patch_changes_nothing' };
  const inside = (path: string) =>
    rule.clauses.some((clause) => path === clause || path.startsWith(`${clause}/`));
  const outside = diff.find((line) => !inside(line.path));
  return outside
    ? { ok: false, code: 'outside_emergency_clauses', path: outside.path }
    : { ok: true, policy: outcome.policy, diff };
}
