import type { GovernedContext } from '@uncaged/governance';

export type { GovernedContext };

/** The same context with its clock stopped: a row and its entry carry one time, and a rule is asked about it once. */
export function atOneInstant(ctx: GovernedContext): GovernedContext & { now: Date } {
  const now = ctx.clock.now();
  return { ...ctx, clock: { now: () => now }, now };
}

/** The member who acts. Throws for anyone else: the access file lets only members come this far. */
export function memberActing(ctx: GovernedContext): string {
  const { memberId } = ctx.actor;
  if (memberId === null) throw new Error('only a member can do this, and no member acts');
  return memberId;
}

export type Idempotent = { idempotencyKey?: string | undefined };
export type IdempotencyConflict = { ok: false; code: 'idempotency_conflict' };
