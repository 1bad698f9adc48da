import type { VoteRule } from './policy.ts';

export const choices = ['yes', 'no', 'abstain'] as const;
export type Choice = (typeof choices)[number];

export interface Ballot {
  memberId: string;
  choice: Choice;
}

/** The count, what the rule made of it, and both in one sentence. */
export interface Tally {
  yes: number;
  no: number;
  abstain: number;
  eligible: number;
  quorumReached: boolean;
  thresholdReached: boolean;
  passed: boolean;
  words: string;
}

interface Fraction {
  numerator: number;
  denominator: number;
  strict: boolean;
}

/** Whether part/whole reaches the fraction, by cross-multiplication: exact at any size. */
export function reaches(part: number, whole: number, rule: Fraction): boolean {
  const left = BigInt(part) * BigInt(rule.denominator);
  const right = BigInt(whole) * BigInt(rule.numerator);
  return rule.strict ? left > right : left >= right;
}

/** `more than 1/2`, or `2/3`. */
const share = (f: Fraction) => `${f.strict ? 'more than ' : ''}${f.numerator}/${f.denominator}`;
/** `more than 1/2`, or `at least 2/3`. */
export const needed = (f: Fraction) => `${f.strict ? '' : 'at least '}${share(f)}`;

/** Whether enough of the eligible took part; and that in words, with its denominator. */
export function quorumOf(
  counted: number,
  abstain: number,
  eligible: number,
  { quorum, abstentions }: Pick<VoteRule, 'quorum' | 'abstentions'>,
): { reached: boolean; words: string } {
  const took = abstentions === 'ignored' ? counted : counted + abstain;
  const reached = took >= quorum.atLeast && reaches(took, eligible, quorum);
  const floor = quorum.atLeast > 1 ? ` and at least ${quorum.atLeast}` : '';
  const blank = abstentions === 'ignored' && abstain > 0 ? ', blank votes left out' : '';
  const words = `quorum ${share(quorum)} of eligible${floor}: ${took} of ${eligible} took part${blank}, ${reached ? 'reached' : 'not reached'}`;
  return { reached, words };
}

/** Each eligible member's last ballot. Ballots of others, and all but the last of one member, do not count. */
export function countedBallots<B extends Ballot>(ballots: readonly B[], eligible: readonly string[]): B[] {
  const may = new Set(eligible);
  const last = new Map<string, B>();
  for (const ballot of ballots) if (may.has(ballot.memberId)) last.set(ballot.memberId, ballot);
  return [...last.values()].sort((a, b) => (a.memberId < b.memberId ? -1 : a.memberId > b.memberId ? 1 : 0));
}

/**
 * Counts a yes/no vote. Ballots come in the order in which they were cast, `eligible` is the snapshot taken when
 * the vote opened. A vote without a single yes never passes. Vocabulary as in LiquidFeedback: numerator,
 * denominator, strict, plus an absolute minimum; what each fraction is a fraction of is named by the rule.
 */
export function tallyYesNo(ballots: readonly Ballot[], eligible: readonly string[], rule: VoteRule): Tally {
  const counted = countedBallots(ballots, eligible);
  const of = (choice: Choice) => counted.filter((ballot) => ballot.choice === choice).length;
  return countYesNo({ yes: of('yes'), no: of('no'), abstain: of('abstain') }, new Set(eligible).size, rule);
}

/** The same from how many said what. */
export function countYesNo(
  { yes, no, abstain }: Record<Choice, number>,
  eligible: number,
  rule: Pick<VoteRule, 'quorum' | 'threshold' | 'abstentions'>,
): Tally {
  const { threshold } = rule;
  const whole = wholeOf(threshold.of, yes, no, yes + no + abstain, eligible);
  const quorum = quorumOf(yes + no, abstain, eligible, rule);
  const thresholdReached = yes > 0 && reaches(yes, whole, threshold);
  const passed = quorum.reached && thresholdReached;
  const words = [
    `${yes} yes, ${no} no, ${abstain} abstain, ${eligible} eligible`,
    quorum.words,
    `needed ${needed(threshold)} of ${wholes[threshold.of]}: ${yes} of ${whole}, ${thresholdReached ? 'reached' : 'not reached'}`,
    passed ? 'passed' : 'not passed',
  ].join('; ');
  return { yes, no, abstain, eligible, quorumReached: quorum.reached, thresholdReached, passed, words };
}

const wholes = { yes_and_no: 'yes and no', cast: 'all ballots', eligible: 'all eligible' };

/** What a threshold is a fraction of. */
export function wholeOf(
  of: VoteRule['threshold']['of'],
  yes: number,
  no: number,
  cast: number,
  eligible: number,
): number {
  return { yes_and_no: yes + no, cast, eligible }[of];
}
