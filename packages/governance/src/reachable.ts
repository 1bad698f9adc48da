import type { DiffLine } from './patch.ts';
import { pathsTouch } from './patch.ts';
import { type Policy, proposalKinds } from './policy.ts';

/** A rule of votes that asks for more ballots than there are members to cast them. */
export type NeverPasses = {
  ok: false;
  code: 'rule_never_passes';
  field: string;
  reason: string;
};

/**
 * Whether every rule of votes that a change touches can be fulfilled by the members who may vote now; what no count of
 * members could fulfil, the policy's own schema refuses. Rules that the change leaves alone are not its matter.
 */
export function checkReachable(
  policy: Policy,
  diff: readonly DiffLine[],
  voters: number,
): { ok: true } | NeverPasses {
  for (const kind of proposalKinds) {
    const field = `/voting/kinds/${kind}/quorum/atLeast`;
    const atLeast = policy.voting.kinds[kind]?.quorum.atLeast ?? 0;
    if (atLeast <= voters || !diff.some((line) => pathsTouch(line.path, field))) continue;
    const reason = `asks for ${atLeast} ballots where ${voters} may vote`;
    return { ok: false, code: 'rule_never_passes', field, reason };
  }
  return { ok: true };
}
