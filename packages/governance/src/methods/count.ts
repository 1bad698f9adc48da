import { statusQuo } from '../options.ts';
import type { VoteRule } from '../policy.ts';
import { needed, quorumOf, reaches, wholeOf } from '../tally.ts';
import { checkVote } from './check-vote.ts';
import { byMost, type Paper, pack } from './papers.ts';
import { countSchulze } from './schulze.ts';
import { countStv, type Precision } from './stv.ts';
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
 * count. Where the status quo is an option, what does not reach the rule's threshold against it is struck and cannot
 * win; where nothing is left to win, it stands. A vote without a single ballot passes nothing.
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
  const struck = new Set(standing?.filter(({ reached }) => !reached).map(({ option }) => option));
  const result = countPapers(definition, papers, { struck });
  const winners = result.winners.length === 0 && standing ? [statusQuo] : result.winners;
  const passed = quorum.reached && winners.length > 0 && winners[0] !== statusQuo;
  const words = [
    `${papers.length} counted, ${abstain} abstain, ${everybody.size} eligible`,
    quorum.words,
    ...(standing ? [standingWords(standing, ballots.length, everybody.size, rule)] : []),
    result.words,
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
 * without a paper, by approval and score none without one approval or point. What is struck does not win: it is still
 * shown by approval, score and Schulze, and left out by STV and budget, which pass on and share out.
 */
export function countPapers(
  definition: Definition,
  papers: readonly Paper[],
  { struck = new Set(), precision = 'exact' }: { struck?: ReadonlySet<string>; precision?: Precision } = {},
): MethodResult {
  const { method, options, unranked, seats = 1, scoreMax = 0, total = 0 } = definition;
  const left = options.filter((option) => !struck.has(option));
  const valid = papers.reduce((sum, { vote, count = 1 }) => sum + ('abstain' in vote ? 0 : count), 0);
  const best = (most: readonly number[]) =>
    byMost(options, most).filter((option) => !struck.has(option) && most[options.indexOf(option)] !== 0);
  switch (method) {
    case 'approval': {
      const detail = countApproval(options, papers);
      const order = best(detail.approvals.map(({ approvals }) => approvals));
      const words = approvalWords(detail, order, valid, seats);
      return { method, winners: order.slice(0, seats), detail, words };
    }
    case 'score': {
      const detail = countScore(options, papers);
      const order = best(detail.sums.map(({ sum }) => sum));
      const words = scoreWords(detail, order, valid, scoreMax, seats);
      return { method, winners: order.slice(0, seats), detail, words };
    }
    case 'schulze': {
      const detail = countSchulze(pack(options, papers), unranked, struck);
      const winners = valid > 0 ? detail.order.slice(0, Math.min(seats, left.length)) : [];
      return { method, winners, detail, words: schulzeWords(detail, left, unranked, valid, seats) };
    }
    case 'stv': {
      const { detail, elected } = countStv(pack(left, papers), seats, precision);
      return { method, winners: elected, detail, words: stvWords(detail) };
    }
    case 'budget': {
      const detail = countBudget(left, total, papers);
      const amounts = new Map(detail.allocation.map(({ option, amount }) => [option, amount]));
      const winners = best(options.map((option) => amounts.get(option) ?? 0));
      return { method, winners, detail, words: budgetWords(detail, valid) };
    }
    case 'yes_no':
      throw new Error('a vote by yes and no has no options to count');
  }
}

/** Whether a ballot wants `a` more than `b` (above 0), less (below 0), or says nothing of the two (0). */
export function preference(vote: Vote, a: string, b: string, unranked: Definition['unranked']): number {
  if ('approve' in vote) return Number(vote.approve.includes(a)) - Number(vote.approve.includes(b));
  if ('ranking' in vote) {
    const rank = (option: string) => vote.ranking.findIndex((group) => group.includes(option));
    const [first, second] = [rank(a), rank(b)];
    if (first < 0 && second < 0) return 0;
    if (first < 0 || second < 0) return unranked === 'explicit' ? 0 : first < 0 ? -1 : 1;
    return second - first;
  }
  const points = 'scores' in vote ? vote.scores : 'amounts' in vote ? vote.amounts : {};
  const of = (option: string) => (Object.hasOwn(points, option) ? (points[option] ?? 0) : 0);
  return of(a) - of(b);
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
