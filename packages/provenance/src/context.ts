import type { Entry, Recorded, RecordedBatch } from '@uncaged/book';
import type { GovernedContext } from '@uncaged/governance';

/** What a use case is given: the outside world, the policy in force, and who acts. */
export type ProvenanceContext = GovernedContext;

/** The entry of a fact that was checked before it was written; the book refusing it is a broken invariant. */
export function recorded(result: Recorded): Entry {
  if (!result.ok) throw new Error(`the book refused a checked fact: ${result.code} (${result.what})`);
  return result.entry;
}

/** The entries of a batch of checked facts, in their order. */
export function recordedAll(result: RecordedBatch): Entry[] {
  if (!result.ok) throw new Error(`the book refused a checked fact: ${result.code} (${result.what})`);
  return result.entries.map(({ entry }) => entry);
}
