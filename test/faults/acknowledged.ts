import type { CallResult } from '@uncaged/contract';
import type { Visitor } from '../support/visitor.ts';

/** A wish sent with its own key, and what the platform promised for it. */
export interface Wish {
  key: string;
  path: string;
  body: unknown;
  /** The receipt of the entry, once an answer arrived. */
  receipt: Receipt | null;
}

export interface Receipt {
  entryId: string;
  leafHash: string;
  time: string;
  mergeDelaySeconds: number;
  note: string;
}

/** What was asked of the platform, and what of it was acknowledged. */
export class Ledger {
  readonly wishes: Wish[] = [];
  /** Answers that were refusals: code by count. Anything with status 500 and up that is not the api going down is kept. */
  readonly refusals = new Map<string, number>();

  /**
   * Sends a wish; a broken connection leaves it unanswered, to be asked again with the same key. Returns the
   * answer when one came.
   */
  async send(who: Visitor, path: string, body: unknown, key: string): Promise<unknown> {
    const wish: Wish = { key, path, body, receipt: null };
    this.wishes.push(wish);
    return this.#ask(who, wish);
  }

  /** Asks again for everything that never got an answer. */
  async retry(who: (wish: Wish) => Visitor): Promise<void> {
    for (const wish of this.wishes.filter((each) => each.receipt === null)) await this.#ask(who(wish), wish);
  }

  async #ask(who: Visitor, wish: Wish): Promise<unknown> {
    const result = await who
      .request<{ receipt: Receipt }>('POST', wish.path, { body: wish.body, idempotencyKey: wish.key })
      .catch(() => null as CallResult<{ receipt: Receipt }> | null);
    if (result === null) return null;
    if (result.ok) {
      wish.receipt = result.answer.receipt;
      return result.answer;
    }
    this.refusals.set(result.problem.code, (this.refusals.get(result.problem.code) ?? 0) + 1);
    this.wishes.splice(this.wishes.indexOf(wish), 1);
    return null;
  }
}
