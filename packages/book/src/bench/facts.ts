import { toHex } from '../bytes.ts';
import type { Fact } from '../index.ts';
import type { Posting } from '../postings.ts';

/** An entry as long as most are. */
export function factOf(postings: readonly Posting[]): Fact {
  return {
    kind: 'contribution.accepted',
    actor: 'heron',
    subject: 'contribution:bench',
    payload: { contributionId: 'bench', kind: 'bug', amount: '1', currency: 'EUR', by: 'reviews' },
    visibility: 'public',
    postings,
  };
}

export const SOME_HASH = toHex(new Uint8Array(32).fill(1));
export const PAYLOAD = JSON.stringify(factOf([]).payload);
