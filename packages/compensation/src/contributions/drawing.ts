import { drawn } from '@uncaged/governance/rules';

/** What was drawn in a call so far, in the order of the book: whose piece it was, and who was asked to judge it. */
export interface EarlierDraw {
  authorId: string;
  panel: readonly string[];
}

/** All draws of a call so far, counted: a draw looks at none of them one by one. */
export class EarlierDraws {
  readonly #asked = new Map<string, number>();
  readonly #judged = new Map<string, Set<string>>();

  constructor(draws: readonly EarlierDraw[] = []) {
    for (const draw of draws) this.push(draw);
  }

  push({ authorId, panel }: EarlierDraw): void {
    for (const member of panel) {
      this.#asked.set(member, this.asked(member) + 1);
      const judged = this.#judged.get(member) ?? new Set();
      this.#judged.set(member, judged.add(authorId));
    }
  }

  /** How often a member was asked. */
  asked(member: string): number {
    return this.#asked.get(member) ?? 0;
  }

  /** Whether a member was asked to judge work of this author. */
  judges(member: string, authorId: string): boolean {
    return this.#judged.get(member)?.has(authorId) ?? false;
  }
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
  earlier: EarlierDraws,
  seed: string,
): string[] {
  const { authorId } = piece;
  const others = candidates.filter((member) => member !== authorId);
  const byLot = drawn(others, others.length, seed, `reviewers:${piece.id}`);
  const inOrder = byLot.sort((a, b) => earlier.asked(a) - earlier.asked(b));
  const isMutual = (member: string) => earlier.judges(authorId, member);
  const apart = inOrder.filter((member) => !isMutual(member)).slice(0, seats);
  const short = Math.min(needed, seats) - apart.length;
  return short > 0 ? [...apart, ...inOrder.filter(isMutual).slice(0, short)] : apart;
}
