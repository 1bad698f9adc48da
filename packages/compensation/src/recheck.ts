import {
  canonicalJson,
  commitmentOf,
  fromHex,
  type Json,
  type Posting,
  sameBytes,
} from '@uncaged/book/rules';
import { amountDue, type CallTerms, type TermsPayload, termsFromPayload, termsHash } from './calls/terms.ts';
import { decide, type Verdict } from './contributions/decision.ts';
import { emptyPool, type PoolIndex, stepHolds } from './royalties/index-rule.ts';

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
}

interface OpenCall {
  terms: CallTerms;
  fund: string;
  left: bigint;
  closed: boolean;
}

interface Piece {
  authorId: string | null;
  submittedEntryId: string;
  submittedAt: Date;
  reviews: ReadEntry[];
  decided: boolean;
}

interface Seen {
  calls: Map<string, OpenCall>;
  pieces: Map<string, Piece>;
  pools: Map<string, PoolIndex>;
}

/** Why an entry is wrong, in words; null when it is as it must be. */
type Finding = string | null;
type Rule = (seen: Seen, entry: ReadEntry) => Finding;

const rules: Readonly<Record<string, Rule>> = {
  'fund.deposited': deposited,
  'call.opened': callOpened,
  'call.closed': callClosed,
  'contribution.submitted': submitted,
  'contribution.reviewed': reviewed,
  'contribution.accepted': (seen, entry) => decided(seen, entry, 'accepted'),
  'contribution.rejected': (seen, entry) => decided(seen, entry, 'rejected'),
  'royalty.accrued': accrued,
};

/**
 * Recomputes paid work from the log alone, without the database it was made in: call `read` with every entry in
 * order; it answers why an entry is wrong, or null. Terms, decisions, amounts, escrows and royalty steps all follow
 * from what stood in the log before them.
 */
export function paidWorkReader(): { read(entry: ReadEntry): Finding } {
  const seen: Seen = { calls: new Map(), pieces: new Map(), pools: new Map() };
  return {
    read(entry) {
      const rule = rules[entry.kind];
      if (!rule) return entry.postings.length > 0 ? 'moves money without a rule for it' : null;
      try {
        return rule(seen, entry);
      } catch (error) {
        return `cannot be read: ${error instanceof Error ? error.message : String(error)}`;
      }
    },
  };
}

/** Whether the postings are exactly this one movement; an amount of 0 wants none. */
function moves(entry: ReadEntry, from: string, to: string, amount: bigint, currency: string): boolean {
  if (amount === 0n) return entry.postings.length === 0;
  const sum = (account: string) =>
    entry.postings
      .filter((posting) => posting.account === account && posting.currency === currency)
      .reduce((total, posting) => total + posting.amount, 0n);
  return entry.postings.length === 2 && sum(from) === -amount && sum(to) === amount;
}

function fields(entry: ReadEntry): Record<string, Json> {
  const { payload } = entry;
  if (payload === null || typeof payload !== 'object' || Array.isArray(payload)) {
    throw new Error('its payload is missing');
  }
  return payload as Record<string, Json>;
}

function text(payload: Record<string, Json>, name: string): string {
  const value = payload[name];
  if (typeof value !== 'string') throw new Error(`its payload has no ${name}`);
  return value;
}

const idOf = (entry: ReadEntry) => entry.subject.slice(entry.subject.indexOf(':') + 1);

/** Money comes in from the world, into a fund, and nowhere else. */
function deposited(_: Seen, entry: ReadEntry): Finding {
  const [to] = entry.postings.filter(({ amount }) => amount > 0n);
  const [from] = entry.postings.filter(({ amount }) => amount < 0n);
  const comesIn =
    from?.account.startsWith('world:') &&
    to?.account === `fund:${idOf(entry)}` &&
    moves(entry, from.account, to.account, to.amount, to.currency);
  return comesIn ? null : 'does not bring money from outside into its fund';
}

function callOpened({ calls }: Seen, entry: ReadEntry): Finding {
  const payload = fields(entry);
  const id = idOf(entry);
  const terms = termsFromPayload(payload as unknown as TermsPayload);
  const fund = `fund:${text(payload, 'fund')}`;
  if (text(payload, 'callId') !== id || calls.has(id)) return 'opens a call that is another, or open already';
  if (text(payload, 'termsHash') !== termsHash(terms)) return 'names a hash that its terms do not have';
  if (!moves(entry, fund, `escrow:${id}`, terms.budget, terms.currency))
    return 'does not escrow its whole budget';
  calls.set(id, { terms, fund, left: terms.budget, closed: false });
  return null;
}

function callClosed({ calls }: Seen, entry: ReadEntry): Finding {
  const call = calls.get(idOf(entry));
  if (!call || call.closed) return 'closes no open call';
  if (entry.time < call.terms.deadline) return 'closes a call before its deadline';
  if (!moves(entry, `escrow:${idOf(entry)}`, call.fund, call.left, call.terms.currency)) {
    return `does not return the ${call.left} that are left`;
  }
  call.left = 0n;
  call.closed = true;
  return null;
}

function submitted({ pieces }: Seen, entry: ReadEntry): Finding {
  const id = idOf(entry);
  if (pieces.has(id)) return 'submits a piece again';
  if (entry.postings.length > 0) return 'moves money';
  const { actor: authorId, id: submittedEntryId, time: submittedAt } = entry;
  pieces.set(id, { authorId, submittedEntryId, submittedAt, reviews: [], decided: false });
  return null;
}

function reviewed({ calls, pieces }: Seen, entry: ReadEntry): Finding {
  const piece = pieces.get(idOf(entry));
  if (!piece || piece.decided) return 'reviews a piece that does not wait';
  if (entry.actor === null || entry.actor === piece.authorId) return 'is a review of one’s own work';
  if (piece.reviews.some((review) => review.actor === entry.actor)) return 'is a second review by one member';
  piece.reviews.push(entry);
  const [escrow] = entry.postings.filter(({ account }) => account.startsWith('escrow:'));
  if (!escrow) return entry.postings.length === 0 ? null : 'moves money that is not the call’s';
  const id = escrow.account.slice('escrow:'.length);
  const call = calls.get(id);
  const rate = call?.terms.reviewRate ?? 0n;
  if (!call || !moves(entry, escrow.account, `member:${entry.actor}`, rate, call.terms.currency)) {
    return 'does not pay its reviewer the rate of the call';
  }
  call.left -= rate;
  return null;
}

function decided(seen: Seen, entry: ReadEntry, state: 'accepted' | 'rejected'): Finding {
  const payload = fields(entry);
  const id = idOf(entry);
  const piece = seen.pieces.get(id);
  const callId = text(payload, 'callId');
  const call = seen.calls.get(callId);
  if (!piece || piece.decided || !call) return 'decides about a piece that does not wait';
  piece.decided = true;
  const { terms } = call;
  const memberId = text(payload, 'memberId');
  const about =
    text(payload, 'contributionId') === id &&
    memberId === piece.authorId &&
    text(payload, 'submittedEntryId') === piece.submittedEntryId &&
    text(payload, 'submittedAt') === piece.submittedAt.toISOString();
  if (!about) return 'is about another piece than was submitted';
  const opened = openReviews(id, piece, payload.reviews);
  if (typeof opened === 'string') return opened;
  const unpaid = piece.reviews.find(
    (leaf) => !moves(leaf, `escrow:${callId}`, `member:${leaf.actor}`, terms.reviewRate, terms.currency),
  );
  if (unpaid) return `counts review ${unpaid.id}, which this call did not pay`;
  const decidedAt = new Date(text(payload, 'decidedAt'));
  if (!(decidedAt <= entry.time)) return 'was decided after it was written';
  const again = decide(terms, piece.submittedAt, opened, entry.time);
  const same = again.state === state && again.by === payload.by && again.at.getTime() === decidedAt.getTime();
  if (!same) return `does not follow from its reviews: the rule says ${again.state}`;
  const due = state === 'accepted' ? amountDue(terms, text(payload, 'kind')) : 0n;
  const paid =
    due !== null &&
    text(payload, 'amount') === due.toString() &&
    moves(entry, `escrow:${callId}`, `member:${memberId}`, due, terms.currency);
  if (!paid) return `does not pay the ${due ?? 'nothing'} of the rate card`;
  call.left -= due;
  return call.left < 0n ? 'pays more than the call has' : null;
}

/** The verdicts, each opened against the commitment in its own leaf; or why they cannot be believed. */
function openReviews(
  contributionId: string,
  piece: Piece,
  listed: Json | undefined,
): { reviewerId: string; verdict: Verdict; at: Date }[] | string {
  if (!Array.isArray(listed) || listed.length !== piece.reviews.length) return 'does not list its reviews';
  const opened: { reviewerId: string; verdict: Verdict; at: Date }[] = [];
  // Two reviews given at once may stand in the log in either order; what is listed is the same.
  for (const leaf of piece.reviews) {
    const named = (listed as Record<string, Json>[]).find(({ entryId }) => entryId === leaf.id);
    const { reviewerId, verdict, reasonHash, salt } = named ?? {};
    if (reviewerId !== leaf.actor || typeof reviewerId !== 'string') {
      return 'lists other reviews than were given';
    }
    if (verdict !== 'accept' && verdict !== 'reject') return 'lists a verdict that is none';
    // A review erased before the decision has no salt left: its verdict has to be believed.
    if (
      typeof salt === 'string' &&
      !opens(leaf.commitment, salt, { contributionId, verdict, reasonHash: reasonHash ?? null })
    ) {
      return `lists another verdict than review ${leaf.id} committed to`;
    }
    opened.push({ reviewerId, verdict, at: leaf.time });
  }
  return opened;
}

function opens(commitment: Uint8Array, salt: string, payload: Json): boolean {
  const canonical = canonicalJson(payload);
  const bytes = fromHex(salt);
  return canonical.ok && bytes !== null && sameBytes(commitmentOf(bytes, canonical.text), commitment);
}

function accrued({ pools }: Seen, entry: ReadEntry): Finding {
  const payload = fields(entry);
  const pool = `pool:${text(payload, 'modelId')}`;
  const currency = text(payload, 'currency');
  const number = (name: string) => BigInt(text(payload, name));
  const before = { index: number('indexBefore'), remainder: number('remainderBefore') };
  const after = { index: number('indexAfter'), remainder: number('remainderAfter') };
  const amount = number('amount');
  const stood = pools.get(`${pool} ${currency}`) ?? emptyPool;
  if (before.index !== stood.index || before.remainder !== stood.remainder) {
    return 'does not start where the pool stood';
  }
  if (!stepHolds({ amount, weights: number('works'), before, after }))
    return 'does not follow from the index rule';
  const [payer] = entry.postings.filter((posting) => posting.amount < 0n);
  if (!payer?.account.startsWith('fund:') || !moves(entry, payer.account, pool, amount, currency)) {
    return 'does not pay into the pool what it accrues';
  }
  pools.set(`${pool} ${currency}`, after);
  return null;
}
