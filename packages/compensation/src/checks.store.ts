import { rows, type SQL, sql, type Tx } from '@uncaged/platform';

interface Found {
  what: string;
  detail: string;
}

const found = (tx: Tx, query: SQL): Promise<Found[]> => rows<Found>(tx, sql`${query} limit 100`);

/** Calls whose counters are not the sums of what they count. */
export function wrongCounters(tx: Tx): Promise<Found[]> {
  return found(
    tx,
    sql`select 'call:' || k.id as what,
          format('held %s and %s in pieces, paid %s and %s for pieces and reviews', k.held, coalesce(c.held, 0), k.paid,
            coalesce(c.paid, 0) + coalesce(r.paid, 0)) as detail
        from calls k
        left join (
          select call_id, sum(hold) as held, sum(case when state = 'accepted' then amount else 0 end) as paid
          from contributions group by call_id
        ) c on c.call_id = k.id
        left join (
          select c.call_id, sum(r.paid) as paid
          from contribution_reviews r join contributions c on c.id = r.contribution_id group by c.call_id
        ) r on r.call_id = k.id
        where k.held <> coalesce(c.held, 0) or k.paid <> coalesce(c.paid, 0) + coalesce(r.paid, 0)`,
  );
}

/** Waiting pieces for which less is set aside than the piece and the reviews it can still need. */
export function shortHolds(tx: Tx): Promise<Found[]> {
  return found(
    tx,
    sql`select 'contribution:' || c.id as what,
          format('%s set aside, %s needed', c.hold,
            c.amount + k.review_rate * (2 * k.reviews_needed - 1 - count(r.reviewer_id))) as detail
        from contributions c
        join calls k on k.id = c.call_id
        left join contribution_reviews r on r.contribution_id = c.id
        where c.state = 'waiting'
        group by c.id, c.hold, c.amount, k.review_rate, k.reviews_needed
        having c.hold < c.amount + k.review_rate * (2 * k.reviews_needed - 1 - count(r.reviewer_id))`,
  );
}

/** Pieces whose amount is not the rate of their call's card for their kind. */
export function wrongRates(tx: Tx): Promise<Found[]> {
  return found(
    tx,
    sql`select 'contribution:' || c.id as what, format('%s, the card says %s', c.amount, r.amount) as detail
        from contributions c left join call_rates r on r.call_id = c.call_id and r.kind = c.kind
        where r.amount is distinct from c.amount`,
  );
}

/** Reviews of one's own work, late ones, and rejections without a reason (an erased one counts as given). */
export function forbiddenReviews(tx: Tx): Promise<Found[]> {
  return found(
    tx,
    sql`select 'contribution:' || c.id as what, 'review ' || r.entry_id || ' should not have been taken' as detail
        from contribution_reviews r join contributions c on c.id = r.contribution_id
        where r.reviewer_id = c.author_id or r.reviewed_at >= c.review_by or r.reviewed_at > coalesce(c.decided_at, r.reviewed_at)
          or (r.verdict = 'reject' and r.reason = '')`,
  );
}

export interface CallMoney {
  id: string;
  currency: string;
  left: bigint;
  held: bigint;
}

/** What each call says stands in its escrow, and what of that is promised. */
export function callMoney(tx: Tx): Promise<CallMoney[]> {
  return rows<CallMoney>(tx, sql`select id, currency, budget - paid - returned as left, held from calls`);
}

export interface DecidedRow {
  id: string;
  callId: string;
  authorId: string;
  amount: bigint;
  currency: string;
  decisionEntryId: string;
  state: 'accepted' | 'rejected';
  decidedBy: 'reviews' | 'silence';
  decidedAt: Date;
  submittedAt: Date;
  reviewsNeeded: number;
  reviewDays: number;
}

/** Everything decided, oldest first. */
export function decided(tx: Tx): Promise<DecidedRow[]> {
  return rows<DecidedRow>(
    tx,
    sql`select c.id, c.call_id as "callId", c.author_id as "authorId", c.amount, k.currency,
          c.decision_entry_id as "decisionEntryId", c.state, c.decided_by as "decidedBy", c.decided_at as "decidedAt",
          c.submitted_at as "submittedAt", k.reviews_needed as "reviewsNeeded", k.review_days as "reviewDays"
        from contributions c join calls k on k.id = c.call_id where c.state <> 'waiting' order by c.id`,
  );
}

export interface StepRow {
  generationId: string;
  modelId: string;
  currency: string;
  amount: bigint;
  works: bigint;
  indexBefore: string;
  indexAfter: string;
  remainderBefore: string;
  remainderAfter: string;
}

/** Royalty steps of each pool from its beginning. */
export function royaltySteps(tx: Tx): Promise<StepRow[]> {
  return rows<StepRow>(
    tx,
    sql`select generation_id as "generationId", model_id as "modelId", currency, amount, works,
          index_before as "indexBefore", index_after as "indexAfter",
          remainder_before as "remainderBefore", remainder_after as "remainderAfter"
        from royalty_accruals
        order by model_id, currency, index_before, index_after, generation_id`,
  );
}

export function royaltyPoolRows(
  tx: Tx,
): Promise<{ modelId: string; currency: string; index: string; remainder: string; accrued: bigint }[]> {
  return rows(tx, sql`select model_id as "modelId", currency, index, remainder, accrued from royalty_pools`);
}
