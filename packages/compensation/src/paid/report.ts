import type { Minor } from '../money.ts';

/** One amount that was paid, or is owed, for one piece. `member` is only counted, never shown. */
export interface Piece {
  kind: string;
  currency: string;
  amount: Minor;
  member: string | null;
}

export interface PaidLine {
  kind: string;
  currency: string;
  pieces: number;
  /** null while fewer than the floor's number of members stand behind it */
  median: Minor | null;
  total: Minor;
}

/** The middle amount; the lower of the two middle ones when the count is even, so always one that was paid. */
export function lowerMedian(amounts: readonly Minor[]): Minor {
  const sorted = [...amounts].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  const middle = sorted[(sorted.length - 1) >> 1];
  if (middle === undefined) throw new RangeError('nothing has no median');
  return middle;
}

const sumOf = (pieces: readonly Piece[]) => pieces.reduce((total, piece) => total + piece.amount, 0n);

function grouped(pieces: readonly Piece[], key: (piece: Piece) => string): Piece[][] {
  const groups = Map.groupBy(pieces, key);
  return [...groups.keys()].sort().map((name) => groups.get(name) ?? []);
}

/** What was paid by kind and currency, sorted by both. */
export function paidByKind(pieces: readonly Piece[], minGroupSize: number): PaidLine[] {
  return grouped(pieces, (piece) => `${piece.kind} ${piece.currency}`).map((group) => {
    const first = group[0] as Piece;
    const people = new Set(group.map((piece) => piece.member).filter((member) => member !== null));
    const shown = people.size === 0 || people.size >= minGroupSize;
    return {
      kind: first.kind,
      currency: first.currency,
      pieces: group.length,
      median: shown ? lowerMedian(group.map((piece) => piece.amount)) : null,
      total: sumOf(group),
    };
  });
}

/** The lines added up by currency, sorted by it. */
export function totalsOf(lines: readonly PaidLine[]): { currency: string; pieces: number; total: Minor }[] {
  const groups = Map.groupBy(lines, (line) => line.currency);
  return [...groups.keys()].sort().map((currency) => {
    const own = groups.get(currency) ?? [];
    return {
      currency,
      pieces: own.reduce((pieces, line) => pieces + line.pieces, 0),
      total: own.reduce((total, line) => total + line.total, 0n),
    };
  });
}
