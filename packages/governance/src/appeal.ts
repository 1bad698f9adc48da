import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { drawn } from './methods/sortition.ts';

/** What an appeal that succeeds is good for: the same words of the same member, under the same clause. In hex. */
export function wordsHash(memberId: string, clause: string, words: string): string {
  return bytesToHex(sha256(utf8ToBytes([memberId, clause, words.trim().normalize('NFC')].join('\0'))));
}

/** The panel of an appeal, drawn by the root (hex) of the first checkpoint over it. */
export function panelOf(
  appealId: string,
  candidates: readonly string[],
  seats: number,
  seed: string,
): string[] {
  return drawn(candidates, seats, seed, `appeal:${appealId}`);
}

export interface Judgement {
  memberId: string;
  overturn: boolean;
}

/**
 * What a panel decided. More than half of it decides at once; when its time is over, those who answered do, and a tie
 * or silence leaves the refusal as it is. Null while it is open.
 */
export function verdictOf(
  panel: readonly string[],
  judgements: readonly Judgement[],
  over: boolean,
): 'overturned' | 'upheld' | null {
  const of = (overturn: boolean) => judgements.filter((one) => one.overturn === overturn).length;
  const [against, forIt] = [of(true), of(false)];
  if (against * 2 > panel.length) return 'overturned';
  if (forIt * 2 >= panel.length && panel.length > 0) return 'upheld';
  if (!over && panel.length > 0) return null;
  return against > forIt ? 'overturned' : 'upheld';
}
