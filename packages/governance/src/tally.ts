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
function reaches(part: number, whole: number, rule: Fraction): boolean {
  const left = BigInt(part) * BigInt(rule.denominator);
  const right = BigInt(whole) * BigInt(rule.numerator);
  return rule.strict ? left > right : left >= right;
}

/** Each eligible member's last ballot. Ballots of others, and all but the last of one member, do not count. */
export function countedBallots<B extends Ballot>(ballots: readonly B[], eligible: readonly string[]): B[] {
  const may = new Set(eligible);
  const last = new Map<string, B>();
  for (const ballot of ballots) if (may.has(ballot.memberId)) last.set(ballot.memberId, ballot);
  return [...last.values()].sort((a, b) => (a.memberId < b.memberId ? -1 : a.memberId > b.memberId ? 1 : 0));
}

const wholes = { yes_and_no: 'yes and no', cast: 'all ballots', eligible: 'all eligible' };

function inWords(tally: Omit<Tally, 'words'>, took: number, whole: number, rule: VoteRule): string {
  const { quorum, threshold } = rule;
  const share = (f: Fraction) => `${f.strict ? 'more than ' : ''}${f.numerator}/${f.denominator}`;
  const floor = quorum.atLeast > 1 ? ` and at least ${quorum.atLeast}` : '';
  const blank = rule.abstentions === 'ignored' && tally.abstain > 0 ? ', blank votes left out' : '';
  return [
    `${tally.yes} yes, ${tally.no} no, ${tally.abstain} abstain, ${tally.eligible} eligible`,
    `quorum ${share(quorum)} of eligible${floor}: ${took} of ${tally.eligible} took part${blank}, ${tally.quorumReached ? 'reached' : 'not reached'}`,
    `needed ${threshold.strict ? '' : 'at least '}${share(threshold)} of ${wholes[threshold.of]}: ${tally.yes} of ${whole}, ${tally.thresholdReached ? 'reached' : 'not reached'}`,
    tally.passed ? 'passed' : 'not passed',
  ].join('; ');
}

/**
 * Counts a yes/no vote. Ballots come in the order in which they were cast, `eligible` is the snapshot taken when
 * the vote opened. A vote without a single yes never passes. Vocabulary as in LiquidFeedback: numerator,
 * denominator, strict, plus an absolute minimum; what each fraction is a fraction of is named by the rule.
 */
export function tallyYesNo(ballots: readonly Ballot[], eligible: readonly string[], rule: VoteRule): Tally {
  const counted = countedBallots(ballots, eligible);
  const of = (choice: Choice) => counted.filter((ballot) => ballot.choice === choice).length;
  const [yes, no, abstain] = [of('yes'), of('no'), of('abstain')];
  const everybody = new Set(eligible).size;
  const took = rule.abstentions === 'ignored' ? yes + no : yes + no + abstain;
  const whole = { yes_and_no: yes + no, cast: yes + no + abstain, eligible: everybody }[rule.threshold.of];
  const quorumReached = took >= rule.quorum.atLeast && reaches(took, everybody, rule.quorum);
  const thresholdReached = yes > 0 && reaches(yes, whole, rule.threshold);
  const passed = quorumReached && thresholdReached;
  const tally = { yes, no, abstain, eligible: everybody, quorumReached, thresholdReached, passed };
  return { ...tally, words: inWords(tally, took, whole, rule) };
}
