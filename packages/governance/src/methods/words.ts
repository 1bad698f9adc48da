/** Counts in sentences that a person can check: every figure with what it is a part of. */
import type {
  ApprovalDetail,
  BudgetDetail,
  Definition,
  SchulzeDetail,
  ScoreDetail,
  StvDetail,
} from './types.ts';

/** Those that win and the one after them; a tie across that line is named. */
function leading(
  order: readonly string[],
  most: ReadonlyMap<string, number>,
  seats: number,
  line: (most: number) => string,
): string {
  if (order.length === 0) return 'none';
  const [last, next] = [order[seats - 1], order[seats]];
  const lines = order.slice(0, seats + 1).map((option) => `${option} ${line(most.get(option) ?? 0)}`);
  const tie = last !== undefined && next !== undefined && most.get(last) === most.get(next);
  return `${lines.join(', ')}${tie ? `; ${last} and ${next} tie, the one put forward first goes before` : ''}`;
}

export function approvalWords(
  { approvals }: ApprovalDetail,
  order: readonly string[],
  valid: number,
  seats: number,
): string {
  const most = new Map(approvals.map((line) => [line.option, line.approvals]));
  return `approved: ${leading(order, most, seats, (count) => `on ${count} of ${valid} ballots`)}`;
}

export function scoreWords(
  { sums }: ScoreDetail,
  order: readonly string[],
  valid: number,
  scoreMax: number,
  seats: number,
): string {
  const most = new Map(sums.map(({ option, sum }) => [option, sum]));
  const whole = `${valid * scoreMax} points (${valid} ballots, ${scoreMax} at most each)`;
  return `points: ${leading(order, most, seats, (sum) => `${sum} of ${whole}`)}`;
}

const unrankedWords = {
  implicit: 'what a ballot leaves out stands below all it ranks',
  explicit: 'a ballot says nothing of what it leaves out',
};

export function schulzeWords(
  { options, order, pairwise, strengths }: SchulzeDetail,
  left: readonly string[],
  unranked: Definition['unranked'],
  valid: number,
  seats: number,
): string {
  const standing = order.slice(0, left.length);
  const [last, next] = [standing[seats - 1], standing[seats]];
  const head = `Schulze with winning votes, ${unrankedWords[unranked]}: ${standing.join(', ')}`;
  if (last === undefined || next === undefined) return head;
  const [a, b] = [options.indexOf(last), options.indexOf(next)];
  const between = (matrix: readonly number[][]) => [matrix[a]?.[b] ?? 0, matrix[b]?.[a] ?? 0] as const;
  const [above, below] = between(pairwise);
  const [there, back] = between(strengths);
  const tie = there === back ? ', a tie in which the one put forward first goes before' : '';
  return `${head}; ${last} above ${next} on ${above} of ${valid} ballots and below it on ${below}, strongest paths ${there} to ${back}${tie}`;
}

export function stvWords({ seats, valid, quota, rounds }: StvDetail): string {
  const elected = rounds.flatMap((round, i) =>
    round.elected.map((option) => {
      const votes = round.votes.find((line) => line.option === option)?.votes;
      return `${option} in round ${i + 1} with ${votes}`;
    }),
  );
  const lot = rounds.some((round) => round.tie?.round === null);
  return `STV, ${valid} valid ballots for ${seats} ${seats === 1 ? 'seat' : 'seats'}, quota ${quota} (the whole part of ${valid}/${seats + 1}, plus 1): ${elected.join(', ')}${lot ? '; a tie was settled by the order put forward' : ''}`;
}

export function budgetWords({ total, allocation }: BudgetDetail, valid: number): string {
  const whole = allocation.reduce((sum, line) => sum + BigInt(line.sum), 0n);
  const lines = allocation.map(({ option, sum, amount }) => `${option} ${amount} (${sum} of ${whole})`);
  return `${total} shared out by ${valid} ballots in proportion to their sums: ${lines.join(', ')}`;
}
