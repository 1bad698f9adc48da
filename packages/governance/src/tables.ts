/** Governance's own tables, as `migrations/0003_governance.sql` and `0010_options.sql` make them. Nothing outside this package reads them. */
import { boolean, bytea, instant, integer, jsonb, pgTable, primaryKey, text } from '@uncaged/platform';
import type { Affected, Count } from './counts.ts';
import type { Definition } from './methods/types.ts';
import type { OptionState, OptionVote } from './options.ts';
import type { PolicyPatch } from './patch.ts';
import type { Policy, ProposalKind, VoteRule } from './policy.ts';
import type { SecretBallot } from './secret.ts';
import type { Choice } from './tally.ts';
import type { Terms } from './terms.ts';
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
  emergencyId: text('emergency_id'),
});

export const proposals = pgTable('proposals', {
  id: text('id').primaryKey(),
  number: integer('number').notNull(),
  kind: text('kind').$type<ProposalKind>().notNull(),
  title: text('title').notNull(),
  body: text('body').notNull(),
  patch: jsonb('patch').$type<PolicyPatch>().notNull(),
  againstVersion: integer('against_version').notNull(),
  /** null: the machine opened it by itself */
  authorId: text('author_id'),
  state: text('state').$type<ProposalState>().notNull(),
  createdAt: instant('created_at').notNull(),
  discussionEndsAt: instant('discussion_ends_at'),
  votingOpenedAt: instant('voting_opened_at'),
  votingClosesAt: instant('voting_closes_at'),
  enactsAt: instant('enacts_at'),
  rule: jsonb('rule').$type<VoteRule>(),
  tally: jsonb('tally').$type<Count>(),
  clashes: jsonb('clashes').$type<string[]>(),
  entryId: text('entry_id').notNull(),
  tallyEntryId: text('tally_entry_id'),
  terms: jsonb('terms').$type<Terms>().notNull(),
  definition: jsonb('definition').$type<Definition>(),
  recused: jsonb('recused').$type<string[]>().notNull(),
  affected: jsonb('affected').$type<Affected>(),
  extendedAt: instant('extended_at'),
  winners: jsonb('winners').$type<string[]>(),
});

export const proposalOptions = pgTable(
  'proposal_options',
  {
    proposalId: text('proposal_id').notNull(),
    key: text('key').notNull(),
    number: integer('number').notNull(),
    title: text('title').notNull(),
    body: text('body').notNull(),
    patch: jsonb('patch').$type<PolicyPatch>(),
    memberId: text('member_id'),
    authorId: text('author_id').notNull(),
    state: text('state').$type<OptionState>().notNull(),
    createdAt: instant('created_at').notNull(),
    entryId: text('entry_id').notNull(),
  },
  (table) => [primaryKey({ columns: [table.proposalId, table.key] })],
);

export const proposalConsents = pgTable(
  'proposal_consents',
  {
    proposalId: text('proposal_id').notNull(),
    memberId: text('member_id').notNull(),
    yes: boolean('yes').notNull(),
    answeredAt: instant('answered_at').notNull(),
    entryId: text('entry_id').notNull(),
  },
  (table) => [primaryKey({ columns: [table.proposalId, table.memberId] })],
);

export const proposalDelegations = pgTable(
  'proposal_delegations',
  {
    proposalId: text('proposal_id').notNull(),
    fromId: text('from_id').notNull(),
    toId: text('to_id').notNull(),
    entryId: text('entry_id').notNull(),
  },
  (table) => [primaryKey({ columns: [table.proposalId, table.fromId] })],
);

export const proposalVoters = pgTable(
  'proposal_voters',
  { proposalId: text('proposal_id').notNull(), memberId: text('member_id').notNull() },
  (table) => [primaryKey({ columns: [table.proposalId, table.memberId] })],
);

export const ballotKeys = pgTable('ballot_keys', {
  proposalId: text('proposal_id').primaryKey(),
  modulus: text('modulus').notNull(),
  fewest: integer('fewest').notNull(),
  privateKey: bytea('private_key'),
});

export const ballotPapers = pgTable(
  'ballot_papers',
  {
    proposalId: text('proposal_id').notNull(),
    memberId: text('member_id').notNull(),
    blindedSha256: text('blinded_sha256').notNull(),
    signed: text('signed').notNull(),
    entryId: text('entry_id').notNull(),
  },
  (table) => [primaryKey({ columns: [table.proposalId, table.memberId] })],
);

export const secretBallots = pgTable(
  'secret_ballots',
  {
    proposalId: text('proposal_id').notNull(),
    publicKey: text('public_key').notNull(),
    ballot: jsonb('ballot').$type<SecretBallot>().notNull(),
  },
  (table) => [primaryKey({ columns: [table.proposalId, table.publicKey] })],
);

export const ballots = pgTable(
  'ballots',
  {
    proposalId: text('proposal_id').notNull(),
    memberId: text('member_id').notNull(),
    /** of a vote by yes and no; any other ballot stands in `vote` */
    choice: text('choice').$type<Choice>(),
    castAt: instant('cast_at').notNull(),
    entryId: text('entry_id').notNull(),
    vote: jsonb('vote').$type<OptionVote>(),
  },
  (table) => [primaryKey({ columns: [table.proposalId, table.memberId] })],
);
