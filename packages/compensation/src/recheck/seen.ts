import {
  canonicalJson,
  commitmentOf,
  fromHex,
  type Json,
  type Posting,
  sameBytes,
} from '@uncaged/book/rules';
import type { SharedPiece } from '../calls/closing.ts';
import type { CallTerms } from '../calls/terms.ts';
import type { Found } from '../contributions/finding.ts';
import type { Holding } from '../royalties/holding.ts';
import type { PoolIndex } from '../royalties/index-rule.ts';

/** An entry as a stranger reads it from the log; the payload is null where it is private or erased. */
export interface ReadEntry {
  readonly id: string;
  readonly kind: string;
  readonly time: Date;
  readonly actor: string | null;
  readonly subject: string;
  readonly commitment: Uint8Array;
  readonly postings: readonly Posting[];
  readonly payload: Json;
  /** Its leaf's index in the log; null where it is not sealed. */
  readonly position: bigint | null;
}

/** What the reader of paid work has to be told by whoever reads the rest of the log. */
export interface Around {
  /** the first checkpoint over a position: count of leaves, and root in hex; null while there is none */
  rootOver(position: bigint): { size: string; root: string } | null;
  /** the ids of those who may judge work as the log stands, sorted */
  mayJudge(): readonly string[];
}

export interface OpenCall {
  terms: CallTerms;
  fund: string;
  left: bigint;
  closed: boolean;
  joined: Set<string>;
  /** the entry that closed the list of names, and where it stands */
  joiningClosed: bigint | null;
  drawn: string[] | null;
  milestones: Set<string>;
  shared: SharedPiece[];
  /** decided pieces of this call, in the order in which they were decided */
  decided: string[];
}

/** What was said of a draw of reviewers when the decision opened it. */
export interface OpenedDraw {
  panel: readonly string[];
  size: string;
  seed: string;
}

export interface Piece {
  id: string;
  authorId: string | null;
  submittedEntryId: string;
  submittedAt: Date;
  position: bigint | null;
  reviews: ReadEntry[];
  /** the entry that drew its reviewers, its rank among all such, and who could have been drawn; null before */
  draw: { entryId: string; commitment: Uint8Array; rank: number; candidates: readonly string[] } | null;
  decided: 'accepted' | 'rejected' | null;
  /** known once decided */
  found: Found | null;
  duplicateOf: string | null;
  opened: OpenedDraw | null;
  due: bigint;
  rejection: { entryId: string; at: Date } | null;
  appeal: HeardAppeal | null;
}

export interface HeardAppeal {
  position: bigint | null;
  panel: readonly string[] | null;
  answersBy: Date | null;
  judgements: ReadEntry[];
  decided: boolean;
}

export interface SeenPool extends PoolIndex {
  /** all works of the model, and S: those that are paid for; null before it was weighed */
  weighed: { works: bigint; weights: bigint } | null;
  /** by member */
  holdings: Map<string, Holding>;
}

/** A month whose clips share a sum. */
export interface SeenMonth {
  /** when it is over */
  ends: Date;
  /** what was set aside for it; null before */
  held: { amount: bigint; currency: string; fund: string } | null;
  /** by model: clips counted so far, and the works behind it */
  counted: Map<string, { clips: bigint; works: bigint }>;
  shared: boolean;
  /** the first entry after it was over, while it was not shared */
  over: { entryId: string; at: Date } | null;
}

export interface Seen {
  around: Around | null;
  calls: Map<string, OpenCall>;
  pieces: Map<string, Piece>;
  pools: Map<string, SeenPool>;
  months: Map<string, SeenMonth>;
  commitments: Map<string, { callId: string; memberId: string | null; at: Date }>;
  /** how many draws of reviewers stood before */
  draws: number;
  sources: Set<string>;
  /** what was given in an exchange, by its id; null once the other half stands */
  exchanges: Map<string, { entryId: string; payload: Fields } | null>;
  /** what a reversal may take back, by entry id; null once it was */
  movements: Map<string, readonly Posting[] | null>;
}

/** Why an entry is wrong, in words; null when it is as it must be. */
export type Finding = string | null;
export type Rule = (seen: Seen, entry: ReadEntry) => Finding;

/** Whether the postings are exactly this one movement; an amount of 0 wants none. */
export function moves(entry: ReadEntry, from: string, to: string, amount: bigint, currency: string): boolean {
  if (amount === 0n) return entry.postings.length === 0;
  const [one, other, more] = entry.postings;
  if (!one || !other || more) return false;
  const is = (posting: Posting, account: string, moved: bigint) =>
    posting.account === account && posting.currency === currency && posting.amount === moved;
  return (
    (is(one, from, -amount) && is(other, to, amount)) || (is(one, to, amount) && is(other, from, -amount))
  );
}

/** Whether two lists hold the same postings, in any order. */
export function samePostings(some: readonly Posting[], others: readonly Posting[]): boolean {
  const lines = (postings: readonly Posting[]) =>
    postings.map(({ account, currency, amount }) => `${account} ${currency} ${amount}`).sort();
  const [a, b] = [lines(some), lines(others)];
  return a.length === b.length && a.every((line, at) => line === b[at]);
}

export type Fields = Record<string, Json>;

export function isFields(value: Json | undefined): value is Fields {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

export function fields(entry: ReadEntry): Fields {
  if (!isFields(entry.payload)) throw new Error('its payload is missing');
  return entry.payload;
}

export function text(payload: Fields, name: string): string {
  const value = payload[name];
  if (typeof value !== 'string') throw new Error(`its payload has no ${name}`);
  return value;
}

export function list(payload: Fields, name: string): readonly Json[] {
  const value = payload[name];
  if (!Array.isArray(value)) throw new Error(`its payload has no list of ${name}`);
  return value;
}

export const idOf = (entry: ReadEntry) => entry.subject.slice(entry.subject.indexOf(':') + 1);

/** Whether salt and payload open a commitment. */
export function opens(commitment: Uint8Array, salt: string, payload: Json): boolean {
  const canonical = canonicalJson(payload);
  const bytes = fromHex(salt);
  return canonical.ok && bytes !== null && sameBytes(commitmentOf(bytes, canonical.text), commitment);
}

export const sameList = (a: readonly unknown[], b: readonly unknown[]) =>
  a.length === b.length && a.every((one, at) => one === b[at]);

/** Why a seed is not the root of the first checkpoint over a position; null when it is, or cannot be known. */
export function wrongSeed(
  around: Around | null,
  position: bigint | null,
  { size, seed }: { size: string; seed: string },
): Finding {
  if (!around || position === null) return null;
  const over = around.rootOver(position);
  return over && over.size === size && over.root === seed
    ? null
    : 'is not drawn by the first checkpoint over what it is drawn for';
}
