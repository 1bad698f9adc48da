/** How votes are counted, what a ballot holds, and what a count is told. */

export const voteMethods = ['yes_no', 'approval', 'score', 'schulze', 'stv', 'budget'] as const;
export type VoteMethod = (typeof voteMethods)[number];

/** One ballot's content. */
export type Vote =
  | { choice: 'yes' | 'no' | 'abstain' }
  | { approve: string[] }
  | { scores: Record<string, number> }
  | { ranking: string[][] }
  | { amounts: Record<string, number> }
  | { abstain: true };

/** What a count is told besides the ballots; all of it recorded when the vote opens. */
export interface Definition {
  method: VoteMethod;
  /** keys in the order put forward; ties go to the earlier */
  options: readonly string[];
  unranked: 'implicit' | 'explicit';
  seats?: number;
  scoreMax?: number;
  total?: number;
}
