import { allocate } from '@uncaged/book/rules';
import { type Paper, placesOf } from './papers.ts';
import type { ApprovalDetail, BudgetDetail, ScoreDetail } from './types.ts';

/** On how many papers each option is approved of. */
export function countApproval(options: readonly string[], papers: Iterable<Paper>): ApprovalDetail {
  const places = placesOf(options);
  const approvals = options.map((option) => ({ option, approvals: 0 }));
  for (const { vote, count = 1 } of papers) {
    if (!('approve' in vote)) continue;
    for (const option of vote.approve) {
      const line = approvals[places.get(option) ?? -1];
      if (line) line.approvals += count;
    }
  }
  return { approvals };
}

/** The points of each option; one that a paper leaves out gets none from it. */
export function countScore(options: readonly string[], papers: Iterable<Paper>): ScoreDetail {
  const places = placesOf(options);
  const sums = options.map((option) => ({ option, sum: 0 }));
  for (const { vote, count = 1 } of papers) {
    if (!('scores' in vote)) continue;
    for (const [option, points] of Object.entries(vote.scores)) {
      const line = sums[places.get(option) ?? -1];
      if (line) line.sum += points * count;
    }
  }
  return { sums };
}

/**
 * Shares the total out in proportion to the sums of what all papers give each option: the whole part each, what is
 * left one by one to the largest remainders, the option put forward first among equals.
 */
export function countBudget(
  options: readonly string[],
  total: number,
  papers: Iterable<Paper>,
): BudgetDetail {
  const places = placesOf(options);
  const sums = options.map(() => 0n);
  for (const { vote, count = 1 } of papers) {
    if (!('amounts' in vote)) continue;
    for (const [option, amount] of Object.entries(vote.amounts)) {
      const place = places.get(option);
      if (place !== undefined) sums[place] = (sums[place] as bigint) + BigInt(amount) * BigInt(count);
    }
  }
  // Equal remainders go to the key that sorts first: keys are places written so that they sort as numbers do.
  const weights = sums.map((weight, place) => ({ key: String(place).padStart(6, '0'), weight }));
  const given = allocate(BigInt(total), weights);
  const amounts = given.ok ? given.allotments.map(({ amount }) => Number(amount)) : [];
  return {
    total,
    allocation: options.map((option, place) => ({
      option,
      sum: String(sums[place]),
      amount: amounts[place] ?? 0,
    })),
  };
}
