import type { StudioContext } from './context.ts';
import { endLease } from './leases.ts';
import { stopWorker } from './workers.ts';

/** A worker says it ran a job under another policy than the job named. */
export type Mismatch = {
  ok: false;
  code: 'policy_hash_mismatch';
  detail: string;
  /** hash of the policy that the job named, in hex, and what the worker said instead */
  expected: string;
  attested: string;
};

/** Null where the worker attests what its job named. */
export function mismatchOf(expected: string, attested: string): Mismatch | null {
  if (expected === attested) return null;
  const detail = `The job named ${expected}; this worker is stopped.`;
  return { ok: false, code: 'policy_hash_mismatch', detail, expected, attested };
}

/** Stops the worker for everybody to see, and lets its job wait for another. */
export async function stopFor(
  ctx: StudioContext,
  leaseId: string,
  workerId: string,
  mismatch: Mismatch,
): Promise<void> {
  await ctx.db.transaction((tx) => stopWorker(tx, ctx, workerId, mismatch));
  await endLease(ctx, leaseId, {
    outcome: 'returned',
    reason: 'its worker attested another policy than the job named',
  });
}
