import { drawn } from '@uncaged/governance/rules';

/** What was drawn in a call so far, in the order of the book: whose piece it was, and who was asked to judge it. */
export interface EarlierDraw {
  authorId: string;
  panel: readonly string[];
}

/**
 * Who judges a piece. Of the candidates, its author is none; who has been asked least often in this call comes first,
 * by lot among equals. Whoever's own work the author was asked to judge in this call is left out, as long as
 * `needed` others are there: nobody waves through the work of somebody who is to judge theirs. `seed` is the root
 * (hex) of the first checkpoint over the submission, which nobody knew when they wrote it.
 */
export function reviewersOf(
  piece: { id: string; authorId: string },
  candidates: readonly string[],
  { seats, needed }: { seats: number; needed: number },
  earlier: readonly EarlierDraw[],
  seed: string,
): string[] {
  const { authorId } = piece;
  const asked = new Map<string, number>();
  const judgedBy = new Set<string>();
  for (const draw of earlier) {
    for (const member of draw.panel) asked.set(member, (asked.get(member) ?? 0) + 1);
    if (draw.panel.includes(authorId)) judgedBy.add(draw.authorId);
  }
  const others = candidates.filter((member) => member !== authorId);
  const byLot = drawn(others, others.length, seed, `reviewers:${piece.id}`);
  const load = (member: string) => asked.get(member) ?? 0;
  const inOrder = byLot.sort((a, b) => load(a) - load(b));
  const apart = inOrder.filter((member) => !judgedBy.has(member)).slice(0, seats);
  const short = Math.min(needed, seats) - apart.length;
  return short > 0 ? [...apart, ...inOrder.filter((member) => judgedBy.has(member)).slice(0, short)] : apart;
}
