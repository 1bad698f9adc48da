/** How a lease ended; null while it runs. */
export type LeaseEnd = 'completed' | 'failed' | 'lapsed' | 'returned' | null;

export interface LeaseFacts {
  workerId: string;
  end: LeaseEnd;
  /** This is the latest lease of its clip. */
  latest: boolean;
}

export type LeaseStanding =
  | { ok: true; state: 'running' | 'revivable' | 'completed' }
  | { ok: false; code: 'lease_not_yours' | 'lease_lapsed' };

/**
 * What a worker may still do under a lease. A lapsed lease whose clip nobody else took since (`clipWaiting`)
 * is revivable: the worker was cut off, its work is still good. Errors in the order they are tested:
 * lease_not_yours, lease_lapsed.
 */
export function standingOf(lease: LeaseFacts, workerId: string, clipWaiting: boolean): LeaseStanding {
  if (lease.workerId !== workerId) return { ok: false, code: 'lease_not_yours' };
  if (lease.end === null) return { ok: true, state: 'running' };
  if (lease.end === 'completed') return { ok: true, state: 'completed' };
  if (lease.end === 'lapsed' && lease.latest && clipWaiting) return { ok: true, state: 'revivable' };
  return { ok: false, code: 'lease_lapsed' };
}

/** A clip is tried three times before it fails with the last reason. */
export const triesAtMost = 3;
/** Workers vanish for reasons of their own, so a vanished worker counts less than a named failure. */
export const lapsesAtMost = 10;

/** What becomes of a clip after a lease ended without a result. */
export function afterEnd(failures: number, lapses: number): 'waiting' | 'failed' {
  return failures >= triesAtMost || lapses >= lapsesAtMost ? 'failed' : 'waiting';
}
