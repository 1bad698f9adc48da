/** The book: the one place where facts are written down, with money, proofs and receipts. */
export {
  type Balance,
  balanceOf,
  balancesOf,
  ensureAccount,
  type StatementLine,
  statementOf,
} from './accounts.ts';
export type { Json } from './canonical.ts';
export { type BookKey, bookKey, receiptFor } from './key.ts';
export type { Posting } from './postings.ts';
export type { Receipt } from './receipt.ts';
export {
  type BookContext,
  type Entry,
  erasePayload,
  type Fact,
  openingOf,
  type PriorEntry,
  priorEntry,
  type RecordCode,
  type Recorded,
  type RecordedBatch,
  type RecordRefusal,
  record,
  recordBatch,
} from './record.ts';
