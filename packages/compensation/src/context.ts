import type { GovernedContext } from '@uncaged/governance';

export type { GovernedContext };

/** The same context with its clock stopped: a row and its entry carry one time, and a rule is asked about it once. */
export function atOneInstant(ctx: GovernedContext): GovernedContext & { now: Date } {
  const now = ctx.clock.now();
  return { ...ctx, clock: { now: () => now }, now };
}

/**
 * The same instant, or the latest of these where that is later: who waited for a lock read the clock before those who
 * held it, and a rule must not overlook what stands written.
 */
export function notBefore<C extends GovernedContext & { now: Date }>(ctx: C, times: readonly Date[]): C {
  const now = new Date(Math.max(ctx.now.getTime(), ...times.map((time) => time.getTime())));
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
