import { entries, sealStanding } from '@uncaged/book';
import type { House } from '../testing.ts';
import { paidWorkReader } from './reader.ts';
import type { Around, ReadEntry } from './seen.ts';

export type Change = (entry: ReadEntry) => ReadEntry;

/** The sealed log of a house, as a stranger reads it. */
export async function logOf(house: House): Promise<ReadEntry[]> {
  await sealStanding(house.platform, 60_000);
  const page = await entries(house.platform.db.read, { memberId: null, kind: 'visitor' }, { limit: 500 });
  if (!page.ok) throw new Error(page.code);
  return page.entries;
}

/** What is wrong with a log first, with the kind of its entry; null when nothing is. */
export function firstWrong(read: readonly ReadEntry[], around: Around | null = null): string | null {
  const reader = paidWorkReader(around);
  for (const entry of read) {
    const finding = reader.read(entry);
    if (finding !== null) return `${entry.kind}: ${finding}`;
  }
  return reader.unfinished()[0]?.why ?? null;
}

/** The log with its nth entry of a kind changed, or left out. */
export function bent(log: readonly ReadEntry[], kind: string, change: Change | null, nth = 0): ReadEntry[] {
  const place = log.flatMap((entry, at) => (entry.kind === kind ? [at] : []))[nth];
  if (place === undefined) throw new Error(`the log has no ${kind}`);
  return log.flatMap((entry, at) => (at !== place ? [entry] : change ? [change(entry)] : []));
}

/** A field of the payload says something else. */
export const field =
  (name: string, value: unknown): Change =>
  (entry) => ({ ...entry, payload: { ...(entry.payload as object), [name]: value } as ReadEntry['payload'] });

/** So does a field of each of a list in it. */
export const fieldOfEach =
  (list: string, name: string, value: string): Change =>
  (entry) => {
    const all = (entry.payload as Record<string, object[]>)[list] ?? [];
    return field(
      list,
      all.map((one) => ({ ...one, [name]: value })),
    )(entry);
  };

/** Twice the money moves. */
export const scaled: Change = (entry) => ({
  ...entry,
  postings: entry.postings.map((posting) => ({ ...posting, amount: posting.amount * 2n })),
});

/** Another member is paid. */
export const toMallory: Change = (entry) => ({
  ...entry,
  postings: entry.postings.map((posting) => ({
    ...posting,
    account: posting.account.startsWith('member:') ? 'member:mallory' : posting.account,
  })),
});
