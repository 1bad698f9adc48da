import { statusQuo } from '../options.ts';
import type { VoteRule } from '../policy.ts';
import { needed, quorumOf, reaches, wholeOf } from '../tally.ts';
import { checkVote } from './check-vote.ts';
import { byMost, type Paper } from './papers.ts';
import { countSchulze } from './schulze.ts';
import { countStv } from './stv.ts';
import { countApproval, countBudget, countScore } from './sums.ts';
import type { AgainstStatusQuo, Definition, OptionTally, Vote } from './types.ts';
import { approvalWords, budgetWords, schulzeWords, scoreWords, stvWords } from './words.ts';

/** What a method makes of papers, before any rule on who took part. */
type MethodResult = {
  [M in OptionTally['method']]: Pick<
    Extract<OptionTally, { method: M }>,
    'method' | 'winners' | 'detail' | 'words'
  >;
}[OptionTally['method']];

/** Each eligible member's last valid ballot, in no order: a count may not depend on any. */
function lastBallots<B extends { memberId: string; vote: Vote }>(
  definition: Definition,
  votes: readonly B[],
  eligible: ReadonlySet<string>,
): B[] {
  const last = new Map<string, B>();
  for (const ballot of votes) if (eligible.has(ballot.memberId)) last.set(ballot.memberId, ballot);
  return [...last.values()].filter(({ vote }) => checkVote(definition, vote).ok);
}

/**
 * Counts a vote among options. Votes come in the order in which they were cast, `eligible` is the snapshot taken when
 * the vote opened. Ballots of others, all but the last of one member, and those that {@link checkVote} refuses do not
 * count. Where the status quo is an option, what does not reach the rule's threshold against it is struck before the
 * count; where nothing is left to win, it stands. A vote without a single ballot passes nothing.
 */
export function countOptions(
  definition: Definition,
  votes: readonly { memberId: string; vote: Vote }[],
  eligible: readonly string[],
  rule: VoteRule,
): OptionTally {
  const everybody = new Set(eligible);
  const ballots = lastBallots(definition, votes, everybody);
  const papers = ballots.filter(({ vote }) => !('abstain' in vote));
  const abstain = ballots.length - papers.length;
  const quorum = quorumOf(papers.length, abstain, everybody.size, rule);
  const standing = againstStatusQuo(definition, papers, ballots.length, everybody.size, rule);
  const options = definition.options.filter(
    (option) => standing?.find((line) => line.option === option)?.reached ?? true,
  );
  const result = countPapers({ ...definition, options }, papers);
  const winners = result.winners.length === 0 && standing ? [statusQuo] : result.winners;
  const passed = quorum.reached && winners.length > 0 && winners[0] !== statusQuo;
  const words = [
    `${papers.length} counted, ${abstain} abstain, ${everybody.size} eligible`,
    quorum.words,
    ...(standing ? [standingWords(standing, ballots.length, everybody.size, rule)] : []),
    ...(result.words ? [result.words] : []),
    passed ? `passed: ${winners.join(', ')}` : 'not passed',
  ].join('; ');
  return {
    ...result,
    winners,
    counted: papers.length,
    abstain,
    eligible: everybody.size,
    quorumReached: quorum.reached,
    passed,
    words,
    detail: { ...result.detail, ...(standing ? { againstStatusQuo: standing } : {}) },
  } as OptionTally;
}

/**
 * Counts papers by the method that is asked for, whoever cast them. Nobody wins where nobody is wanted: no winner
 * without a paper, by approval and score none without one approval or point.
 */
export function countPapers(
  definition: Definition,
  papers: readonly Paper[],
  precision?: 'exact' | 'five_decimals',
): MethodResult {
  const { method, options, unranked, seats = 1, total = 0 } = definition;
  const valid = papers.reduce((sum, { vote, count = 1 }) => sum + ('abstain' in vote ? 0 : count), 0);
  if (method === 'approval') {
    const detail = countApproval(options, papers);
    const most = detail.approvals.map(({ approvals }) => approvals);
    const order = byMost(options, most).filter((option) => most[options.indexOf(option)] !== 0);
    return { method, winners: order.slice(0, seats), detail, words: approvalWords(detail, valid, seats) };
  }
  if (method === 'score') {
    const detail = countScore(options, papers);
    const most = detail.sums.map(({ sum }) => sum);
    const order = byMost(options, most).filter((option) => most[options.indexOf(option)] !== 0);
    const words = scoreWords(detail, valid, definition.scoreMax ?? 0, seats);
    return { method, winners: order.slice(0, seats), detail, words };
  }
  if (method === 'schulze') {
    const detail = countSchulze(options, unranked, papers);
    const winners = valid > 0 ? detail.order.slice(0, seats) : [];
    return { method, winners, detail, words: schulzeWords(detail, unranked, valid, seats) };
  }
  if (method === 'stv') {
    const { detail, elected } = countStv(options, seats, papers, precision);
    return { method, winners: valid > 0 ? elected : [], detail, words: stvWords(detail, valid) };
  }
  if (method === 'budget') {
    const detail = countBudget(options, total, papers);
    const given = detail.allocation.map(({ amount }) => amount);
    const winners = byMost(options, given).filter((option) => given[options.indexOf(option)] !== 0);
    return { method, winners, detail, words: budgetWords(detail, valid) };
  }
  throw new Error('a vote by yes and no has no options to count');
}

/** Whether a ballot wants `a` more than `b` (above 0), less (below 0), or says nothing of the two (0). */
export function preference(vote: Vote, a: string, b: string, unranked: Definition['unranked']): number {
  if ('approve' in vote) return Number(vote.approve.includes(a)) - Number(vote.approve.includes(b));
  const of = (option: string): number | undefined => {
    if ('ranking' in vote) {
      const rank = vote.ranking.findIndex((group) => group.includes(option));
      return rank < 0 ? undefined : -rank;
    }
    const points = 'scores' in vote ? vote.scores : 'amounts' in vote ? vote.amounts : {};
    return Object.hasOwn(points, option) ? points[option] : undefined;
  };
  const [left, right] = [of(a), of(b)];
  if (unranked === 'explicit' && (left === undefined || right === undefined)) return 0;
  const lowest = 'ranking' in vote ? Number.NEGATIVE_INFINITY : 0;
  const [first, second] = [left ?? lowest, right ?? lowest];
  return first === second ? 0 : first > second ? 1 : -1;
}

/** How each option stands against leaving things as they are; null where that is no option. */
function againstStatusQuo(
  { options, unranked }: Definition,
  papers: readonly Paper[],
  cast: number,
  eligible: number,
  { threshold }: VoteRule,
): AgainstStatusQuo[] | null {
  if (!options.includes(statusQuo)) return null;
  return options
    .filter((option) => option !== statusQuo)
    .map((option) => {
      const wants = papers.map(({ vote }) => preference(vote, option, statusQuo, unranked));
      const yes = wants.filter((want) => want > 0).length;
      const no = wants.filter((want) => want < 0).length;
      const whole = wholeOf(threshold.of, yes, no, cast, eligible);
      return { option, for: yes, against: no, reached: yes > 0 && reaches(yes, whole, threshold) };
    });
}

const wholes = {
  yes_and_no: 'ballots that set it apart from the status quo',
  cast: 'all ballots',
  eligible: 'all eligible',
};

function standingWords(
  standing: readonly AgainstStatusQuo[],
  cast: number,
  eligible: number,
  { threshold }: VoteRule,
): string {
  const lines = standing.map((line) => {
    const whole = wholeOf(threshold.of, line.for, line.against, cast, eligible);
    return `${line.option} ${line.for} of ${whole}, ${line.reached ? 'reached' : 'not reached, struck'}`;
  });
  return `needed against the status quo ${needed(threshold)} of ${wholes[threshold.of]}: ${lines.join('; ')}`;
}
