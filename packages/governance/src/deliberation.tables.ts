/** What members say, delegate and declare, as `migrations/0012_deliberation.sql` makes it. */
import { instant, jsonb, pgTable, primaryKey, text } from '@uncaged/platform';
import type { InterestKind, Touches } from './interest.ts';

export const comments = pgTable('comments', {
  id: text('id').primaryKey(),
  proposalId: text('proposal_id').notNull(),
  clause: text('clause'),
  parentId: text('parent_id'),
  memberId: text('member_id').notNull(),
  body: text('body'),
  writtenAt: instant('written_at').notNull(),
  withdrawnAt: instant('withdrawn_at'),
  entryId: text('entry_id').notNull(),
});

export const delegations = pgTable(
  'delegations',
  {
    fromId: text('from_id').notNull(),
    topic: text('topic').notNull(),
    toId: text('to_id').notNull(),
    givenAt: instant('given_at').notNull(),
    entryId: text('entry_id').notNull(),
  },
  (table) => [primaryKey({ columns: [table.fromId, table.topic] })],
);

export const interests = pgTable('interests', {
  id: text('id').primaryKey(),
  memberId: text('member_id'),
  declaredBy: text('declared_by').notNull(),
  kind: text('kind').$type<InterestKind>().notNull(),
  counterpart: text('counterpart'),
  about: text('about'),
  touches: jsonb('touches').$type<Touches>().notNull(),
  since: text('since').notNull(),
  declaredAt: instant('declared_at').notNull(),
  endedAt: instant('ended_at'),
  entryId: text('entry_id').notNull(),
  endedEntryId: text('ended_entry_id'),
});
