import { type ArchivedEntry, fromHex } from '@uncaged/book/rules';
import {
  amountDue,
  type CallTerms,
  decide,
  emptyPool,
  type PoolIndex,
  type Review,
  stepHolds,
  type TermsPayload,
  termsFromPayload,
  termsHash,
} from '@uncaged/compensation/rules';
import { isFields, opens } from '../entries.ts';
import { idOf, list, type Payload, type Replay, text, type Wrong, wrong } from './replay.ts';

/**
 * Paid work: what each piece was paid is what its call promised before the work, decided by the reviews that were given
 * or by silence, once. Royalties: every step of a pool's index follows from the one before.
 */
export class Payments implements Replay {
  readonly kinds = [
    'call.opened',
    'contribution.submitted',
    'contribution.reviewed',
    'contribution.accepted',
    'contribution.rejected',
    'royalty.accrued',
  ];
  readonly calls = new Map<string, CallTerms>();
  accepted = 0;
  rejected = 0;
  royalties = 0;
  readonly #submitted = new Map<string, ArchivedEntry>();
  readonly #reviews = new Map<string, ArchivedEntry>();
  readonly #decided = new Set<string>();
  readonly #pools = new Map<string, PoolIndex>();

  step(entry: ArchivedEntry, payload: Payload | null): Wrong | null {
    if (entry.kind === 'contribution.submitted') this.#submitted.set(idOf(entry), entry);
    else if (entry.kind === 'contribution.reviewed') this.#reviews.set(entry.id, entry);
    else if (!payload) return wrong('broken_payment', 'hides what was promised or paid');
    else if (entry.kind === 'call.opened') return this.#open(entry, payload);
    else if (entry.kind === 'royalty.accrued') return this.#accrue(entry, payload);
    else return this.#settle(entry, payload);
    return null;
  }

  #open(entry: ArchivedEntry, payload: Payload): Wrong | null {
    const terms = termsFromPayload(payload as unknown as TermsPayload);
    if (termsHash(terms) !== payload.termsHash)
      return wrong('broken_payment', 'has terms that do not hash to their hash');
    if (posted(entry, `escrow:${idOf(entry)}`) !== terms.budget) {
      return wrong('broken_payment', 'did not set its whole budget aside');
    }
    this.calls.set(idOf(entry), terms);
    return null;
  }

  #settle(entry: ArchivedEntry, payload: Payload): Wrong | null {
    const id = idOf(entry);
    const terms = this.calls.get(text(payload, 'callId'));
    const submitted = this.#submitted.get(id);
    if (!terms || !submitted)
      return wrong('broken_payment', 'is about a call or a piece that is not in the book');
    if (this.#decided.has(id)) return wrong('broken_payment', 'decides a piece a second time');
    this.#decided.add(id);
    const reviews = this.#opened(id, payload);
    if (typeof reviews === 'string') return wrong('broken_payment', reviews);
    const decision = decide(terms, submitted.time, reviews, entry.time);
    const state = entry.kind.slice('contribution.'.length);
    if (decision.state === 'waiting' || decision.state !== state || decision.by !== payload.by) {
      return wrong(
        'broken_payment',
        `says ${state} by ${String(payload.by)}, but the reviews and the time say otherwise`,
      );
    }
    const due = state === 'accepted' ? amountDue(terms, text(payload, 'kind')) : 0n;
    if (due === null) return wrong('broken_payment', 'pays for a kind of work the call does not name');
    const paid = posted(entry, `member:${text(payload, 'memberId')}`);
    if (
      paid !== due ||
      submitted.actor !== payload.memberId ||
      posted(entry, `escrow:${text(payload, 'callId')}`) !== -due
    ) {
      return wrong('broken_payment', `pays ${paid} where the call promised ${due} to its author`);
    }
    if (state === 'accepted') this.accepted += 1;
    else this.rejected += 1;
    return null;
  }

  /** The reviews a decision names, each opened against the leaf it was given under; or what is wrong with one. */
  #opened(contributionId: string, payload: Payload): Review[] | string {
    const reviews: Review[] = [];
    for (const json of list(payload, 'reviews')) {
      if (!isFields(json)) return 'names a review that is none';
      const given = this.#reviews.get(String(json.entryId));
      if (!given || idOf(given) !== contributionId || given.actor !== json.reviewerId) {
        return 'names a review that is not in the book';
      }
      const { verdict, reasonHash } = json;
      const salt = typeof json.salt === 'string' ? fromHex(json.salt) : null;
      // An erased review can no longer be opened; its leaf still says who gave it and when.
      const says = { contributionId, verdict: verdict ?? '', reasonHash: reasonHash ?? '' };
      if (json.salt !== null && (!salt || !opens(given.commitment, says, salt))) {
        return 'names another verdict than was given';
      }
      if (verdict !== 'accept' && verdict !== 'reject') return 'names a review without a verdict';
      reviews.push({ reviewerId: String(json.reviewerId), verdict, at: given.time });
    }
    const all = [...this.#reviews.values()].filter((entry) => idOf(entry) === contributionId).length;
    return all === reviews.length ? reviews : 'leaves out a review';
  }

  #accrue(entry: ArchivedEntry, payload: Payload): Wrong | null {
    const pool = `${text(payload, 'modelId')} ${text(payload, 'currency')}`;
    const before = this.#pools.get(pool) ?? emptyPool;
    const number = (field: string) => BigInt(text(payload, field));
    const step = {
      amount: number('amount'),
      weights: number('works'),
      before: { index: number('indexBefore'), remainder: number('remainderBefore') },
      after: { index: number('indexAfter'), remainder: number('remainderAfter') },
    };
    if (step.before.index !== before.index || step.before.remainder !== before.remainder) {
      return wrong('broken_royalty', 'does not go on where the pool stood');
    }
    if (!stepHolds(step)) return wrong('broken_royalty', 'does not follow from what it says it started from');
    if (posted(entry, `pool:${text(payload, 'modelId')}`) !== step.amount) {
      return wrong('broken_royalty', 'did not pay the pool what it says');
    }
    this.#pools.set(pool, step.after);
    this.royalties += 1;
    return null;
  }
}

/** What an entry posts to an account. */
function posted(entry: ArchivedEntry, account: string): bigint {
  return entry.postings.reduce(
    (sum, posting) => sum + (posting.account === account ? posting.amount : 0n),
    0n,
  );
}
