import { bytea, instant, integer, jsonb, minor, numeric, pgTable, primaryKey, text } from '@uncaged/platform';
import type { WorkKind } from './calls/terms.ts';
import type { Verdict } from './contributions/decision.ts';
import type { GenerationSnapshot } from './contributions/submission.ts';

/* See migrations/0004_compensation.sql for the constraints. */

export const calls = pgTable('calls', {
  id: text('id').primaryKey(),
  title: text('title').notNull(),
  brief: text('brief').notNull(),
  currency: text('currency').notNull(),
  budget: minor('budget').notNull(),
  deadline: instant('deadline').notNull(),
  reviewDays: integer('review_days').notNull(),
  reviewsNeeded: integer('reviews_needed').notNull(),
  reviewRate: minor('review_rate').notNull(),
  mayJoin: text('may_join').$type<'members'>().notNull(),
  policyVersion: integer('policy_version').notNull(),
  policyHash: text('policy_hash').notNull(),
  termsHash: text('terms_hash').notNull(),
  openedBy: text('opened_by').notNull(),
  openedAt: instant('opened_at').notNull(),
  entryId: text('entry_id').notNull(),
  held: minor('held').notNull(),
  paid: minor('paid').notNull(),
  returned: minor('returned').notNull(),
  closedAt: instant('closed_at'),
  closedEntryId: text('closed_entry_id'),
});

export const callRates = pgTable(
  'call_rates',
  {
    callId: text('call_id').notNull(),
    kind: text('kind').$type<WorkKind>().notNull(),
    amount: minor('amount').notNull(),
  },
  (table) => [primaryKey({ columns: [table.callId, table.kind] })],
);

export const contributions = pgTable('contributions', {
  id: text('id').primaryKey(),
  callId: text('call_id').notNull(),
  kind: text('kind').$type<WorkKind>().notNull(),
  authorId: text('author_id').notNull(),
  generationId: text('generation_id').notNull(),
  generation: jsonb('generation').$type<GenerationSnapshot>().notNull(),
  body: text('body'),
  atMs: integer('at_ms'),
  frame: integer('frame'),
  amount: minor('amount').notNull(),
  hold: minor('hold').notNull(),
  submittedAt: instant('submitted_at').notNull(),
  reviewBy: instant('review_by').notNull(),
  entryId: text('entry_id').notNull(),
  state: text('state').$type<'waiting' | 'accepted' | 'rejected'>().notNull().default('waiting'),
  decidedBy: text('decided_by').$type<'reviews' | 'silence'>(),
  decidedAt: instant('decided_at'),
  decisionEntryId: text('decision_entry_id'),
});

export const contributionReviews = pgTable(
  'contribution_reviews',
  {
    contributionId: text('contribution_id').notNull(),
    reviewerId: text('reviewer_id').notNull(),
    verdict: text('verdict').$type<Verdict>().notNull(),
    reason: text('reason'),
    reasonSalt: bytea('reason_salt'),
    reasonHash: text('reason_hash').notNull(),
    paid: minor('paid').notNull(),
    reviewedAt: instant('reviewed_at').notNull(),
    entryId: text('entry_id').notNull(),
  },
  (table) => [primaryKey({ columns: [table.contributionId, table.reviewerId] })],
);

export const royaltyPools = pgTable(
  'royalty_pools',
  {
    modelId: text('model_id').notNull(),
    currency: text('currency').notNull(),
    index: numeric('index', { precision: 60 }).notNull(),
    remainder: numeric('remainder', { precision: 60 }).notNull(),
    accrued: minor('accrued').notNull(),
  },
  (table) => [primaryKey({ columns: [table.modelId, table.currency] })],
);

export const royaltyAccruals = pgTable('royalty_accruals', {
  generationId: text('generation_id').primaryKey(),
  modelId: text('model_id').notNull(),
  currency: text('currency').notNull(),
  amount: minor('amount').notNull(),
  due: minor('due').notNull(),
  works: minor('works').notNull(),
  indexBefore: numeric('index_before', { precision: 60 }).notNull(),
  indexAfter: numeric('index_after', { precision: 60 }).notNull(),
  remainderBefore: numeric('remainder_before', { precision: 60 }).notNull(),
  remainderAfter: numeric('remainder_after', { precision: 60 }).notNull(),
  accruedAt: instant('accrued_at').notNull(),
  entryId: text('entry_id').notNull(),
});
