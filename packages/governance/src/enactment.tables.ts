/** What follows a passed vote, as `migrations/0011_enactment.sql` makes it. */
import { boolean, instant, integer, jsonb, pgTable, primaryKey, text } from '@uncaged/platform';
import type { Measured } from './canary.ts';
import type { PolicyPatch } from './patch.ts';
import type { Policy } from './policy.ts';

export const policyCanaries = pgTable('policy_canaries', {
  proposalId: text('proposal_id').primaryKey(),
  hash: text('hash').notNull(),
  document: jsonb('document').$type<Policy>().notNull(),
  baseVersion: integer('base_version').notNull(),
  percent: integer('percent').notNull(),
  startedAt: instant('started_at').notNull(),
  endsAt: instant('ends_at').notNull(),
  entryId: text('entry_id').notNull(),
  endedAt: instant('ended_at'),
  outcome: text('outcome').$type<'enacted' | 'reverted' | 'clash'>(),
  measured: jsonb('measured').$type<Measured>(),
});

export const policyDates = pgTable(
  'policy_dates',
  {
    proposalId: text('proposal_id').notNull(),
    what: text('what').$type<'sunset' | 'review'>().notNull(),
    dueAt: instant('due_at').notNull(),
    doneAt: instant('done_at'),
    entryId: text('entry_id'),
  },
  (table) => [primaryKey({ columns: [table.proposalId, table.what] })],
);

export const emergencyStates = ['signing', 'in_force', 'ratified', 'ended', 'lapsed'] as const;
export type EmergencyState = (typeof emergencyStates)[number];

export const emergencies = pgTable('emergencies', {
  id: text('id').primaryKey(),
  title: text('title').notNull(),
  body: text('body').notNull(),
  patch: jsonb('patch').$type<PolicyPatch>().notNull(),
  againstVersion: integer('against_version').notNull(),
  hours: integer('hours').notNull(),
  state: text('state').$type<EmergencyState>().notNull(),
  createdAt: instant('created_at').notNull(),
  inForceAt: instant('in_force_at'),
  endsAt: instant('ends_at'),
  version: integer('version'),
  proposalId: text('proposal_id'),
  entryId: text('entry_id').notNull(),
});

export const emergencySignatures = pgTable(
  'emergency_signatures',
  {
    emergencyId: text('emergency_id').notNull(),
    memberId: text('member_id').notNull(),
    signedAt: instant('signed_at').notNull(),
    entryId: text('entry_id').notNull(),
  },
  (table) => [primaryKey({ columns: [table.emergencyId, table.memberId] })],
);

export const appealStates = ['opened', 'judging', 'upheld', 'overturned'] as const;
export type AppealState = (typeof appealStates)[number];

export const appeals = pgTable('appeals', {
  id: text('id').primaryKey(),
  subject: text('subject').notNull(),
  memberId: text('member_id').notNull(),
  clause: text('clause').notNull(),
  policyVersion: integer('policy_version').notNull(),
  policyHash: text('policy_hash').notNull(),
  wordsHash: text('words_hash').notNull(),
  words: text('words'),
  reason: text('reason'),
  openedAt: instant('opened_at').notNull(),
  entryId: text('entry_id').notNull(),
  seed: text('seed'),
  panel: jsonb('panel').$type<string[]>(),
  answersBy: instant('answers_by'),
  state: text('state').$type<AppealState>().notNull(),
  decidedAt: instant('decided_at'),
  decidedEntryId: text('decided_entry_id'),
});

export const appealVotes = pgTable(
  'appeal_votes',
  {
    appealId: text('appeal_id').notNull(),
    memberId: text('member_id').notNull(),
    overturn: boolean('overturn').notNull(),
    reason: text('reason').notNull(),
    votedAt: instant('voted_at').notNull(),
    entryId: text('entry_id').notNull(),
  },
  (table) => [primaryKey({ columns: [table.appealId, table.memberId] })],
);
