/** The first thing that is wrong. */
export interface Finding {
  readonly code: FindingCode;
  /** File of the archive; null when the container itself is broken, or a receipt that was kept is not. */
  readonly file: string | null;
  /** Line of that file, from 1. */
  readonly line?: number;
  /** Id of the book's entry. */
  readonly entry?: string;
  readonly message: string;
}

export type FindingCode =
  | 'malformed_zip'
  | 'missing_file'
  | 'unexpected_file'
  | 'malformed_keys'
  | 'other_key'
  | 'bad_manifest'
  | 'bad_seal'
  | 'file_changed'
  | 'malformed_line'
  | 'malformed_entry'
  | 'wrong_position'
  | 'leaf_mismatch'
  | 'commitment_mismatch'
  | 'unbalanced'
  | 'overdrawn'
  | 'root_mismatch'
  | 'bad_checkpoint'
  | 'bad_receipt'
  | 'broken_promise'
  | 'receipt_too_new'
  | 'repeated_wrongly'
  | 'missing_blob'
  | 'broken_policy'
  | 'broken_vote'
  | 'broken_appeal'
  | 'broken_payment'
  | 'broken_royalty'
  | 'broken_model'
  | 'malformed_payload';
