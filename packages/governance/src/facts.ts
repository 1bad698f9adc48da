import { type BookContext, type Entry, type Fact, record } from '@uncaged/book';
import type { Clock, Tx } from '@uncaged/platform';

/** The same world with its clock held at one instant. */
export function at<C extends { clock: Clock }>(ctx: C, now: Date): C {
  return { ...ctx, clock: { now: () => now } };
}

/**
 * Records a fact that the rules have already let through: a refusal by the book here is our own mistake and throws,
 * so that the whole transaction falls.
 */
export async function recordFact(tx: Tx, ctx: BookContext, fact: Fact): Promise<Entry> {
  const recorded = await record(tx, ctx, fact);
  if (!recorded.ok) throw new Error(`the book refuses ${fact.kind}: ${recorded.code} ${recorded.what}`);
  return recorded.entry;
}
