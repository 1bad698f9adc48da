import { type Check, entries, type Violation } from '@uncaged/book';
import type { Tx } from '@uncaged/platform';
import * as store from './checks.store.ts';

/** Invariants of teaching, each looked at from another side than the one that wrote it. */
export const teachingChecks: readonly Check[] = [
  { name: 'a fine-tune is leased to whom it says, and to nobody else', run: store.strayTrainings },
  { name: 'what a fine-tune holds was delivered under a lease of it', run: store.unearned },
  { name: 'every work that is learnt from is learnt from under a line of consent', run: store.groundless },
  { name: 'a kept fine-tune and its adapter name each other, and the same bytes', run: store.unmatched },
  { name: 'a clip mixes only adapters of its own base, with their own bytes', run: store.misMixed },
  { name: 'every adapter in the book is an adapter here with those bytes', run: adaptersMatch },
];

const anyone = { memberId: null, kind: 'visitor' as const };
const few = 100;

async function adaptersMatch(tx: Tx): Promise<Violation[]> {
  const found: Violation[] = [];
  for (const [kind, source] of [
    ['adapter.kept', 'trained'],
    ['adapter.imported', 'imported'],
  ] as const) {
    for (let after: string | null | undefined; after !== null && found.length < few; ) {
      const page = await entries(tx, anyone, { kind, after, limit: 500 });
      if (!page.ok) throw new Error(`the book gave a cursor it does not take: ${page.code}`);
      const ids = page.entries.map(({ subject }) => subject.slice('adapter:'.length));
      const facts = await store.adapterFacts(tx, ids);
      for (const [index, { payload }] of page.entries.entries()) {
        const kept = facts.get(ids[index] as string);
        const said = (payload ?? {}) as Partial<store.AdapterFacts>;
        const same =
          kept?.source === source &&
          kept.sha256 === said.sha256 &&
          kept.baseWeightsSha256 === said.baseWeightsSha256 &&
          kept.works === said.works;
        if (!same)
          found.push({ what: `adapter:${ids[index]}`, detail: 'is another here than its entry says' });
      }
      after = page.next;
    }
  }
  return found;
}
