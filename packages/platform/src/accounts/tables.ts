import { index, pgTable, text } from 'drizzle-orm/pg-core';
import { instant } from '../columns.ts';

export const accounts = pgTable('accounts', {
  memberId: text('member_id').primaryKey(),
  login: text('login').unique(),
  passwordHash: text('password_hash'),
  erasedAt: instant('erased_at'),
});

export const sessions = pgTable('sessions', {
  /** SHA-256 of what the cookie carries. */
  id: text('id').primaryKey(),
  memberId: text('member_id').notNull(),
  /** What the list of sessions shows and revoking names. */
  publicId: text('public_id').notNull().unique(),
  createdAt: instant('created_at').notNull(),
  lastSeenAt: instant('last_seen_at').notNull(),
  expiresAt: instant('expires_at').notNull(),
  userAgent: text('user_agent').notNull(),
});

export const loginAttempts = pgTable(
  'login_attempts',
  { key: text('key').notNull(), at: instant('at').notNull() },
  (table) => [index('login_attempts_key').on(table.key, table.at), index('login_attempts_at').on(table.at)],
);
