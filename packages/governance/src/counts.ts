import type { Tally } from './tally.ts';

/** Those whose own majority a vote needs beside everybody's, as they stood when it opened. */
export interface Affected {
  roles: readonly string[];
  /** ids, sorted */
  eligible: readonly string[];
}

/** A count as it is stored and shown. */
export type Count = Tally;
