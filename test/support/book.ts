import type { BookEntry } from '@uncaged/contract';
import type { Visitor } from './visitor.ts';

/** Every entry of the book in the order of the tree. */
export async function allEntries(reader: Visitor): Promise<BookEntry[]> {
  const all: BookEntry[] = [];
  let after: string | null = '';
  while (after !== null) {
    const query: string = after === '' ? '' : `&after=${encodeURIComponent(after)}`;
    const page: { entries: BookEntry[]; next: string | null } = await reader.get(
      `/api/book/entries?limit=200${query}`,
    );
    all.push(...page.entries);
    after = page.next;
  }
  return all;
}
