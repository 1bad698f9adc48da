import { setTimeout as sleep } from 'node:timers/promises';
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
  /** Answers that were refusals: code by count. */
  readonly refusals = new Map<string, number>();

  /**
   * Sends a wish, and again with the same key while the connection breaks, as a client would. Returns the answer;
   * null when it was refused.
   */
  async send(who: Visitor, path: string, body: unknown, key: string): Promise<unknown> {
    const wish: Wish = { key, path, body, receipt: null };
    this.wishes.push(wish);
    for (const deadline = Date.now() + 120_000; Date.now() < deadline; await sleep(200)) {
      const result = await who
        .request<{ receipt: Receipt }>('POST', path, { body, idempotencyKey: key })
        .catch(() => null);
      if (result?.ok) {
        wish.receipt = result.answer.receipt;
        return result.answer;
      }
      if (result) {
        this.refusals.set(result.problem.code, (this.refusals.get(result.problem.code) ?? 0) + 1);
        this.wishes.splice(this.wishes.indexOf(wish), 1);
        return null;
      }
    }
    return null;
  }
}
