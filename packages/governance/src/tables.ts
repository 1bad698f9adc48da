/** Governance's own tables, as `migrations/0003_governance.sql` makes them. Nothing outside this package reads them. */
import { boolean, bytea, instant, integer, jsonb, pgTable, primaryKey, text } from '@uncaged/platform';
import type { PolicyPatch } from './patch.ts';
import type { Policy, ProposalKind, VoteRule } from './policy.ts';
import type { Choice, Tally } from './tally.ts';
import type { ProposalState } from './timeline.ts';

export const members = pgTable('members', {
  id: text('id').primaryKey(),
  pseudonym: text('pseudonym'),
  pseudonymKey: text('pseudonym_key').unique(),
  roles: jsonb('roles').$type<string[]>().notNull(),
  invitedBy: text('invited_by'),
  joinedAt: instant('joined_at').notNull(),
  erasedAt: instant('erased_at'),
  entryId: text('entry_id').notNull(),
});

export const collective = pgTable('collective', {
  singleton: boolean('singleton').primaryKey().default(true),
  name: text('name').notNull(),
  currency: text('currency').notNull(),
  founderId: text('founder_id').notNull(),
  foundedAt: instant('founded_at').notNull(),
  entryId: text('entry_id').notNull(),
});

export const invitations = pgTable('invitations', {
  id: text('id').primaryKey(),
  codeHash: bytea('code_hash').notNull(),
  invitedBy: text('invited_by').notNull(),
  createdAt: instant('created_at').notNull(),
  expiresAt: instant('expires_at').notNull(),
  usedAt: instant('used_at'),
  usedBy: text('used_by'),
  entryId: text('entry_id').notNull(),
});

export const policyVersions = pgTable('policy_versions', {
  version: integer('version').primaryKey(),
  hash: text('hash').notNull(),
  previousHash: text('previous_hash'),
  document: jsonb('document').$type<Policy>().notNull(),
  enactedAt: instant('enacted_at').notNull(),
  proposalId: text('proposal_id'),
  entryId: text('entry_id').notNull(),
});

export const proposals = pgTable('proposals', {
  id: text('id').primaryKey(),
  number: integer('number').notNull(),
  kind: text('kind').$type<ProposalKind>().notNull(),
  title: text('title').notNull(),
  body: text('body').notNull(),
  patch: jsonb('patch').$type<PolicyPatch>().notNull(),
  againstVersion: integer('against_version').notNull(),
  authorId: text('author_id').notNull(),
  state: text('state').$type<ProposalState>().notNull(),
  createdAt: instant('created_at').notNull(),
  discussionEndsAt: instant('discussion_ends_at'),
  votingOpenedAt: instant('voting_opened_at'),
  votingClosesAt: instant('voting_closes_at'),
  enactsAt: instant('enacts_at'),
  rule: jsonb('rule').$type<VoteRule>(),
  tally: jsonb('tally').$type<Tally>(),
  clashes: jsonb('clashes').$type<string[]>(),
  entryId: text('entry_id').notNull(),
  tallyEntryId: text('tally_entry_id'),
});

export const proposalVoters = pgTable(
  'proposal_voters',
  { proposalId: text('proposal_id').notNull(), memberId: text('member_id').notNull() },
  (table) => [primaryKey({ columns: [table.proposalId, table.memberId] })],
);

export const ballots = pgTable(
  'ballots',
  {
    proposalId: text('proposal_id').notNull(),
    memberId: text('member_id').notNull(),
    choice: text('choice').$type<Choice>().notNull(),
    castAt: instant('cast_at').notNull(),
    entryId: text('entry_id').notNull(),
  },
  (table) => [primaryKey({ columns: [table.proposalId, table.memberId] })],
);
