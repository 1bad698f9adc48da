import { type BookContext, type Entry, type Fact, type Json, record } from '@uncaged/book';
import type { Tx } from '@uncaged/platform';

/**
 * Records a fact that the rules have already allowed. A refusal means that the book and this package disagree
 * about what is there: an invariant is broken, so it throws and the transaction is rolled back.
 */
export async function recordAllowed(tx: Tx, ctx: BookContext, fact: Fact): Promise<Entry> {
  const recorded = await record(tx, ctx, fact);
  if (!recorded.ok)
    throw new Error(`the book refused ${fact.kind} of ${fact.subject}: ${recorded.code} ${recorded.what}`);
  if (recorded.replayed) throw new Error(`${fact.kind} of ${fact.subject} stood in the book already`);
  return recorded.entry;
}

/** The same for a use case that a client may send twice: `priorEntry` has said that the key is new. */
export async function recordInput(
  tx: Tx,
  ctx: BookContext,
  given: { fact: Fact; idempotencyKey: string | undefined; input: Json },
): Promise<Entry> {
  const { fact, idempotencyKey, input } = given;
  return recordAllowed(tx, ctx, idempotencyKey === undefined ? fact : { ...fact, idempotencyKey, input });
}
