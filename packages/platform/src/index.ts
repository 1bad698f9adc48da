export {
  type AccountsWorld,
  changePassword,
  createAccount,
  eraseAccount,
  loginLimits,
  type NewAccount,
  type PasswordChanged,
  type PasswordVerified,
  verifyPassword,
} from './accounts/accounts.ts';
export {
  blankSessionCookie,
  createSession,
  listSessions,
  readSessionCookie,
  revokeSession,
  revokeSessions,
  type Session,
  type SessionsWorld,
  sessionCookie,
  sessionDays,
  validateSession,
} from './accounts/sessions.ts';
export type { BlobStored, Blobs, OpenBlob } from './blobs.ts';
export { type Clock, type ManualClock, manualClock, systemClock } from './clock.ts';
export { bytea, instant, minor } from './columns.ts';
export { type Config, type ConfigRead, readConfig } from './config.ts';
export type { Actor, Context } from './context.ts';
export { type Database, DatabaseError, NestedDatabaseUse, rows, type Tx } from './database/types.ts';
export * from './drizzle.ts';
export { type Ids, idsBy } from './ids.ts';
export { type Overrides, openPlatform, type Platform, type PlatformOpened } from './platform.ts';
export type { JobQueue, LeasedJob } from './queue/job.queue.ts';
export type { Queues } from './queue/queues.ts';
export type { Secrets, SigningKey } from './secrets.ts';
