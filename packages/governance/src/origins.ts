import { type DiffLine, diffPolicies, pathsTouch } from './patch.ts';
import type { Policy } from './policy.ts';

/** A step of the policy's history. */
export interface PolicyStep<P> {
  version: number;
  document: Policy;
  /** what set it: whatever the caller keeps about a proposal; null at genesis */
  proposal: P | null;
  at: Date;
}

/** Which step put a clause where it is. */
export interface ClauseOrigin<P> {
  path: string;
  version: number;
  at: Date;
  proposal: P | null;
}

/**
 * For each clause that ever changed, and each part of the genesis policy, the step that last set it, in the order
 * of paths. `history` starts at genesis and misses no version.
 */
export function clauseOrigins<P>(history: readonly PolicyStep<P>[]): ClauseOrigin<P>[] {
  const origins = new Map<string, ClauseOrigin<P>>();
  const [genesis] = history;
  if (!genesis) return [];
  const mark = (path: string, step: PolicyStep<P>) =>
    origins.set(path, { path, version: step.version, at: step.at, proposal: step.proposal });
  for (const part of Object.keys(genesis.document)) mark(`/${part}`, genesis);
  history.slice(1).forEach((step, i) => {
    const before = history[i] as PolicyStep<P>;
    for (const line of diffPolicies(before.document, step.document)) {
      for (const path of [...origins.keys()]) if (path.startsWith(`${line.path}/`)) origins.delete(path);
      if (removes(line)) origins.delete(line.path);
      else mark(line.path, step);
    }
  });
  return [...origins.values()].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}

function removes(line: DiffLine): boolean {
  return !('after' in line);
}

/**
 * The step that set the clause at `path` as it stands: the latest among the clause itself, what holds it, and what
 * it holds. Null only where history is empty.
 */
export function originOf<P>(history: readonly PolicyStep<P>[], path: string): ClauseOrigin<P> | null {
  let latest: ClauseOrigin<P> | null = null;
  for (const origin of clauseOrigins(history))
    if (pathsTouch(origin.path, path) && (latest === null || origin.version > latest.version))
      latest = origin;
  return latest;
}
