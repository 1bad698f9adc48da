/** The book: the one place where facts are written down, with money, proofs and receipts. */
export {
  type Balance,
  balanceOf,
  balanceSheet,
  balancesOf,
  ensureAccount,
  type StatementLine,
  statementOf,
} from './accounts.ts';
export type { Json } from './canonical.ts';
export { bookChecks, type Check, type Checked, runChecks, type Violation } from './checks.ts';
export {
  type EntriesAsked,
  entries,
  type ProvenEntry,
  provenEntry,
  type Reader,
  type SeenEntry,
} from './entries.ts';
export { privatePayloadsOf } from './erasable.store.ts';
export { type Archive, type ExportContext, exportArchive } from './export.ts';
export { type BookKey, bookKey, receiptFor } from './key.ts';
export type { Posting } from './postings.ts';
export {
  type Checkpointed,
  type Consistency,
  checkpoint,
  checkpointOver,
  consistency,
  type Inclusion,
  inclusion,
  type ProofCode,
} from './proofs.ts';
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
export { type Sealer, type SealingContext, seal, sealStanding, startSealer, tend } from './sealing.ts';
