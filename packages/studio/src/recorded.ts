import type { Entry, Recorded } from '@uncaged/book';

/** The entry of a fact that was checked before it was written; the book refusing it is a broken invariant. */
export function recorded(result: Recorded): Entry {
  if (!result.ok) throw new Error(`the book refused a checked fact: ${result.code} (${result.what})`);
  return result.entry;
}
