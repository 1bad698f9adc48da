import type { ArchivedEntry } from '@uncaged/book/rules';
import { opens } from '../entries.ts';
import type { Replay } from './replay.ts';

/** A delegation as a count opens it. */
export interface OpenedDelegation {
  readonly from: string;
  readonly to: string;
  readonly topic: string;
  readonly salt: Uint8Array | null;
}

/**
 * Delegations, closed until a count opens those it follows. Which topic a closed one is about nobody sees, so whether a
 * later one took its place can only be told by its giver, who holds the receipts of both.
 */
export class Delegations implements Replay {
  readonly kinds = ['delegation.given'];
  readonly #given = new Map<string, { actor: string | null; commitment: Uint8Array }>();

  step(entry: ArchivedEntry): null {
    this.#given.set(entry.id, { actor: entry.actor, commitment: entry.commitment });
    return null;
  }

  /** Whether this entry is that delegation. */
  of(entryId: string, { from, to, topic, salt }: OpenedDelegation): boolean {
    const given = this.#given.get(entryId);
    return given?.actor === from && salt !== null && opens(given.commitment, { from, to, topic }, salt);
  }
}
