/** How votes are counted, what a ballot holds, and what a count is told and answers. */

export const voteMethods = ['yes_no', 'approval', 'score', 'schulze', 'stv', 'budget'] as const;
export type VoteMethod = (typeof voteMethods)[number];

/** One ballot's content. A ranking is groups from the most wanted down; options in one group are liked the same. */
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
  /**
   * of rankings. implicit: options a ballot leaves out stand together below all it ranks; explicit: a ballot says
   * nothing about pairs with an option it leaves out. Points and amounts that a ballot leaves out are always 0
   */
  unranked: 'implicit' | 'explicit';
  /** how many win; 1 where left out. A budget has as many winners as are given something */
  seats?: number;
  /** of score: the highest points a ballot may give; the lowest are 0 */
  scoreMax?: number;
  /** of budget: what is shared out, in whole units; each ballot's amounts sum to it */
  total?: number;
}

export interface ApprovalDetail {
  /** options in the order put forward */
  approvals: { option: string; approvals: number }[];
}

export interface ScoreDetail {
  /** options in the order put forward; an option that a ballot leaves out gets 0 from it */
  sums: { option: string; sum: number }[];
}

export interface SchulzeDetail {
  /** in the order put forward: the rows and columns of both matrices */
  options: string[];
  /** row over column: how many ballots rank the row's option above the column's */
  pairwise: number[][];
  /** row to column: the strength of the strongest path, in winning votes */
  strengths: number[][];
  /** the best first, what was struck last; options that no path sets apart stand in the order put forward */
  order: string[];
}

/** One round of an STV count: what was done, and how things stood after it. Votes are exact: `12` or `37/5`. */
export interface StvRound {
  /** the first counts first preferences; then each passes on one surplus, or the papers of one excluded option */
  did: 'first_preferences' | 'surplus' | 'exclusion' | 'last_seats';
  /** whose papers were passed on */
  option?: string;
  /** of a surplus: what each of its papers is worth, as a part of what it was worth before */
  transfer?: string;
  /** options in the order put forward, as they stood at the end of the round */
  votes: { option: string; votes: string; state: 'continuing' | 'elected' | 'excluded' }[];
  /** the sum of what papers were worth that name no further continuing option, and of what rounding lost */
  nontransferable: string;
  /** who reached the quota in this round, or took a last seat; the best first */
  elected: string[];
  /** a tie, and the round that told the options apart; null where only the order put forward did */
  tie?: { options: string[]; between: 'surpluses' | 'exclusions'; round: number | null };
}

export interface StvDetail {
  seats: number;
  /** papers that rank at least one option */
  valid: number;
  /** Droop: the whole part of valid / (seats + 1), plus 1 */
  quota: string;
  rounds: StvRound[];
}

export interface BudgetDetail {
  total: number;
  /** options in the order put forward; `sum` of all ballots, in whole units */
  allocation: { option: string; sum: string; amount: number }[];
}

/** How an option stands against leaving things as they are, and whether that reaches the rule's threshold. */
export interface AgainstStatusQuo {
  option: string;
  /** ballots that want it more than the status quo, and less */
  for: number;
  against: number;
  reached: boolean;
}

interface Counted<Method extends VoteMethod, Detail> {
  method: Method;
  /** keys, the best first; as many as there are seats, of a budget each that is given something */
  winners: string[];
  /** valid ballots that are not blank, and those that are */
  counted: number;
  abstain: number;
  eligible: number;
  quorumReached: boolean;
  /** the quorum is reached, and something other than the status quo won */
  passed: boolean;
  /** the count and the rule in sentences a person can check; every figure with what it is a part of */
  words: string;
  detail: Detail & {
    /** where the status quo is an option: what does not reach the threshold against it is struck */
    againstStatusQuo?: AgainstStatusQuo[];
  };
}

/** The count of a vote among options, told apart by `method`; plain JSON. */
export type OptionTally =
  | Counted<'approval', ApprovalDetail>
  | Counted<'score', ScoreDetail>
  | Counted<'schulze', SchulzeDetail>
  | Counted<'stv', StvDetail>
  | Counted<'budget', BudgetDetail>;
