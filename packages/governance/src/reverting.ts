import type { Operation } from 'rfc6902';
import { clauseAt, diffPolicies, type PolicyPatch, patchPolicy, sameJson } from './patch.ts';
import type { Policy } from './policy.ts';

/**
 * The patch that takes a change back: each clause that it set and that still stands as it set it becomes what it was
 * before. What a later vote has set since is that vote's, and stays. Empty when nothing of the change is left; null
 * when what would be left is no policy.
 */
export function takingBack(before: Policy, after: Policy, inForce: Policy): PolicyPatch | null {
  const patch = diffPolicies(before, after).flatMap((line): Operation[] => {
    const stands = clauseAt(inForce, line.path);
    if (!sameJson(stands, line.after)) return [];
    if (line.before === undefined) return [{ op: 'remove', path: line.path }];
    return [{ op: stands === undefined ? 'add' : 'replace', path: line.path, value: line.before }];
  });
  return patch.length === 0 || patchPolicy(inForce, patch).ok ? patch : null;
}
