import type { SourceKind } from '@uncaged/governance/rules';
import { bytea, instant, integer, jsonb, minor, numeric, pgTable, primaryKey, text } from '@uncaged/platform';
import type { Form, WorkKind } from './calls/kinds.ts';
import type { Pay } from './calls/rates.ts';
import type { DecidedBy, Verdict } from './contributions/decision.ts';
import type { GenerationSnapshot, Region, Tone } from './contributions/submission.ts';

/* See migrations/0004_compensation.sql and 0016_paid_work.sql for the constraints. */

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
  mayJoin: text('may_join').$type<'members' | 'invited' | 'drawn'>().notNull(),
  form: text('form').$type<Form>().notNull(),
  invited: jsonb('invited').$type<string[]>(),
  seats: integer('seats'),
  joinBy: instant('join_by'),
  drawn: jsonb('drawn').$type<string[]>(),
  joiningEntryId: text('joining_entry_id'),
  drawnEntryId: text('drawn_entry_id'),
  reviewerSeats: integer('reviewer_seats'),
  appealSeats: integer('appeal_seats'),
  appealDays: integer('appeal_days'),
  laterNumerator: integer('later_numerator'),
  laterDenominator: integer('later_denominator'),
  reserved: minor('reserved').notNull(),
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
    pay: text('pay').$type<Pay>().notNull(),
    mostMinutes: integer('most_minutes'),
    milestone: text('milestone').notNull(),
    title: text('title'),
    due: instant('due'),
  },
  (table) => [primaryKey({ columns: [table.callId, table.kind, table.milestone] })],
);

export const callJoins = pgTable(
  'call_joins',
  {
    callId: text('call_id').notNull(),
    memberId: text('member_id').notNull(),
    joinedAt: instant('joined_at').notNull(),
    entryId: text('entry_id').notNull(),
  },
  (table) => [primaryKey({ columns: [table.callId, table.memberId] })],
);

export const findingCommitments = pgTable('finding_commitments', {
  id: text('id').primaryKey(),
  callId: text('call_id').notNull(),
  memberId: text('member_id').notNull(),
  commitment: text('commitment').notNull(),
  committedAt: instant('committed_at').notNull(),
  entryId: text('entry_id').notNull(),
});

export const contributions = pgTable('contributions', {
  id: text('id').primaryKey(),
  callId: text('call_id').notNull(),
  kind: text('kind').$type<WorkKind>().notNull(),
  authorId: text('author_id').notNull(),
  milestone: text('milestone').notNull().default(''),
  generationId: text('generation_id'),
  generation: jsonb('generation').$type<GenerationSnapshot>(),
  modelId: text('model_id'),
  tone: text('tone').$type<Tone>(),
  body: text('body'),
  atMs: integer('at_ms'),
  frame: integer('frame'),
  region: jsonb('region').$type<Region>(),
  minutes: integer('minutes'),
  units: integer('units'),
  commitmentId: text('commitment_id'),
  foundAt: instant('found_at'),
  amount: minor('amount').notNull(),
  hold: minor('hold').notNull(),
  submittedAt: instant('submitted_at').notNull(),
  reviewBy: instant('review_by').notNull(),
  entryId: text('entry_id').notNull(),
  state: text('state').$type<'waiting' | 'accepted' | 'rejected'>().notNull().default('waiting'),
  panel: jsonb('panel').$type<string[]>(),
  drawnEntryId: text('drawn_entry_id'),
  decidedBy: text('decided_by').$type<DecidedBy>(),
  decidedAt: instant('decided_at'),
  decisionEntryId: text('decision_entry_id'),
  appealBy: instant('appeal_by'),
  duplicateOf: text('duplicate_of'),
  paid: minor('paid'),
});

/* See migrations/0022_attachments.sql. */
export const contributionAttachments = pgTable('contribution_attachments', {
  id: text('id').primaryKey(),
  memberId: text('member_id').notNull(),
  contributionId: text('contribution_id'),
  place: integer('place'),
  sha256: text('sha256').notNull(),
  webp: bytea('webp'),
  addedAt: instant('added_at').notNull(),
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
    duplicateOf: text('duplicate_of'),
    paid: minor('paid').notNull(),
    reviewedAt: instant('reviewed_at').notNull(),
    entryId: text('entry_id').notNull(),
  },
  (table) => [primaryKey({ columns: [table.contributionId, table.reviewerId] })],
);

export const contributionAppeals = pgTable('contribution_appeals', {
  contributionId: text('contribution_id').primaryKey(),
  reason: text('reason'),
  openedAt: instant('opened_at').notNull(),
  entryId: text('entry_id').notNull(),
  rejectedEntryId: text('rejected_entry_id').notNull(),
  state: text('state').$type<'opened' | 'judging' | 'accepted' | 'rejected'>().notNull(),
  panel: jsonb('panel').$type<string[]>(),
  answersBy: instant('answers_by'),
  decidedAt: instant('decided_at'),
  decidedEntryId: text('decided_entry_id'),
});

export const contributionAppealVotes = pgTable(
  'contribution_appeal_votes',
  {
    contributionId: text('contribution_id').notNull(),
    memberId: text('member_id').notNull(),
    verdict: text('verdict').$type<Verdict>().notNull(),
    reason: text('reason'),
    paid: minor('paid').notNull(),
    judgedAt: instant('judged_at').notNull(),
    entryId: text('entry_id').notNull(),
  },
  (table) => [primaryKey({ columns: [table.contributionId, table.memberId] })],
);

export const royaltyPools = pgTable(
  'royalty_pools',
  {
    modelId: text('model_id').notNull(),
    currency: text('currency').notNull(),
    index: numeric('index', { precision: 60 }).notNull(),
    remainder: numeric('remainder', { precision: 60 }).notNull(),
    accrued: minor('accrued').notNull(),
    works: minor('works'),
    weights: minor('weights'),
    paid: minor('paid').notNull().default(0n),
  },
  (table) => [primaryKey({ columns: [table.modelId, table.currency] })],
);

/* See migrations/0018_royalties.sql. */
export const royaltyHolders = pgTable(
  'royalty_holders',
  {
    modelId: text('model_id').notNull(),
    currency: text('currency').notNull(),
    memberId: text('member_id').notNull(),
    claimed: minor('claimed').notNull(),
    weight: minor('weight').notNull(),
    since: numeric('since', { precision: 60 }).notNull(),
    carried: numeric('carried', { precision: 60 }).notNull(),
    paid: minor('paid').notNull(),
    settledAt: instant('settled_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.modelId, table.currency, table.memberId] })],
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

/* See migrations/0021_royalty_months.sql. */

export const royaltyMonths = pgTable('royalty_months', {
  month: text('month').primaryKey(),
  currency: text('currency'),
  fund: text('fund'),
  amount: minor('amount'),
  openedEntryId: text('opened_entry_id'),
  returned: minor('returned'),
  sharedAt: instant('shared_at'),
  sharedEntryId: text('shared_entry_id'),
});

export const royaltyMonthModels = pgTable(
  'royalty_month_models',
  {
    month: text('month').notNull(),
    modelId: text('model_id').notNull(),
    clips: minor('clips').notNull(),
    works: minor('works').notNull(),
    amount: minor('amount'),
    weights: minor('weights'),
    indexBefore: numeric('index_before', { precision: 60 }),
    indexAfter: numeric('index_after', { precision: 60 }),
    remainderBefore: numeric('remainder_before', { precision: 60 }),
    remainderAfter: numeric('remainder_after', { precision: 60 }),
  },
  (table) => [primaryKey({ columns: [table.month, table.modelId] })],
);

export const royaltyCounted = pgTable('royalty_counted', {
  generationId: text('generation_id').primaryKey(),
  month: text('month').notNull(),
  modelId: text('model_id').notNull(),
  place: minor('place').notNull(),
  countedAt: instant('counted_at').notNull(),
  entryId: text('entry_id').notNull(),
});

/* See migrations/0017_funds.sql. */

export const fundSources = pgTable('fund_sources', {
  name: text('name').primaryKey(),
  kind: text('kind').$type<SourceKind>().notNull(),
  sponsor: text('sponsor'),
  asks: text('asks'),
  declaredAt: instant('declared_at').notNull(),
  entryId: text('entry_id').notNull(),
});

export const fundReversals = pgTable('fund_reversals', {
  reversedEntryId: text('reversed_entry_id').primaryKey(),
  entryId: text('entry_id').notNull(),
  reason: text('reason').notNull(),
});
