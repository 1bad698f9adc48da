import { type Check, entries, type Violation } from '@uncaged/book';
import { holdersOfModel } from '@uncaged/compensation';
import type { Tx } from '@uncaged/platform';
import { changedDatasets, modelsSeenBy, taughtBy } from '@uncaged/provenance';
import * as store from './checks.store.ts';
import { teachingChecks } from './fine-tunes/checks.ts';

/** Invariants of clips and of teaching, each looked at from another side than the one that wrote it. */
export const studioChecks: readonly Check[] = [
  { name: 'a clip is leased to whom it says, and to nobody else', run: store.strayLeases },
  { name: 'every finished clip was finished by one lease', run: store.oddlyFinished },
  { name: 'every completion in the book is a finished clip with those files, once', run: completionsMatch },
  { name: 'royalties go to those whose works taught a model, by how many', run: holdingsMatch },
  ...teachingChecks,
];

const anyone = { memberId: null, kind: 'visitor' as const };
const few = 100;

async function completionsMatch(tx: Tx): Promise<Violation[]> {
  const found: Violation[] = [];
  const seen = new Set<string>();
  for (let after: string | null | undefined; after !== null && found.length < few; ) {
    const page = await entries(tx, anyone, { kind: 'generation.completed', after, limit: 500 });
    if (!page.ok) throw new Error(`the book gave a cursor it does not take: ${page.code}`);
    const ids = page.entries.map(({ subject }) => subject.slice('generation:'.length));
    const files = await store.filesOf(tx, ids);
    for (const [index, { payload }] of page.entries.entries()) {
      const id = ids[index] as string;
      const what = `generation:${id}`;
      const kept = files.get(id);
      if (seen.has(id)) found.push({ what, detail: 'is completed twice' });
      seen.add(id);
      if (!kept) found.push({ what, detail: 'is completed in the book and not finished here' });
      else if (!sameFiles(kept, payload)) found.push({ what, detail: 'has other files than its entry says' });
    }
    after = page.next;
  }
  return found;
}

/** Pools that are marked to be weighed anew are left out: the next moment weighs them. */
async function holdingsMatch(tx: Tx): Promise<Violation[]> {
  const marked = new Set(await changedDatasets(tx));
  const found: Violation[] = [];
  for (const { id, datasetId } of await modelsSeenBy(tx, null)) {
    if (marked.has(datasetId)) continue;
    const taught = (await taughtBy(tx, datasetId)).find(({ modelId }) => modelId === id);
    const line = ({ memberId, claimed, weight }: { memberId: string; claimed: bigint; weight: bigint }) =>
      `${memberId} ${claimed} ${weight}`;
    const should = (taught?.holders ?? []).map(line).sort().join();
    for (const { currency, holders } of await holdersOfModel(tx, id))
      if (holders.map(line).sort().join() !== should)
        found.push({ what: `model:${id}`, detail: `pays others in ${currency} than taught it` });
  }
  return found.slice(0, few);
}

function sameFiles(kept: { mp4: string; webp: string; poster: string | null }, payload: unknown): boolean {
  const { outputs } = (payload ?? {}) as { outputs?: Partial<typeof kept> };
  return (['mp4', 'webp', 'poster'] as const).every((name) => (outputs?.[name] ?? null) === kept[name]);
}
