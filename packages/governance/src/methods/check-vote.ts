import type { Definition, Vote } from './types.ts';

export type VoteCheck = { ok: true } | { ok: false; code: 'ballot_invalid'; reason: string };

const refuse = (reason: string): VoteCheck => ({ ok: false, code: 'ballot_invalid', reason });
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;

/** What form of ballot each method takes, besides a blank one. */
const forms = {
  yes_no: 'choice',
  approval: 'approve',
  score: 'scores',
  schulze: 'ranking',
  stv: 'ranking',
  budget: 'amounts',
} as const;

/**
 * Whether a ballot can be counted as this vote is defined. Errors in the order in which they are tested: another
 * form than the method takes, an unknown option, an option named twice, nothing ranked, a rank shared in STV, points
 * above the highest, amounts that do not sum to the total. A blank ballot always counts.
 */
export function checkVote(definition: Definition, vote: Vote): VoteCheck {
  if ('abstain' in vote) return vote.abstain === true ? { ok: true } : refuse('abstain can only be true');
  const form = forms[definition.method];
  if (!(form in vote)) return refuse(`a ballot by ${definition.method} has ${form}, or abstain`);
  if ('choice' in vote)
    return ['yes', 'no', 'abstain'].includes(vote.choice)
      ? { ok: true }
      : refuse('the choice is yes, no or abstain');
  const named = optionsOf(vote);
  const known = new Set(definition.options);
  const unknown = named.find((option) => !known.has(option));
  if (unknown !== undefined) return refuse(`${unknown} is no option of this vote`);
  if (new Set(named).size < named.length) return refuse('an option is named twice');
  if ('ranking' in vote) return checkRanking(definition, vote.ranking);
  if ('scores' in vote) return checkScores(definition.scoreMax ?? 0, Object.entries(vote.scores));
  if ('amounts' in vote) return checkAmounts(definition.total ?? 0, Object.values(vote.amounts));
  return { ok: true };
}

function optionsOf(vote: Exclude<Vote, { choice: string } | { abstain: true }>): string[] {
  if ('approve' in vote) return vote.approve;
  if ('ranking' in vote) return vote.ranking.flat();
  return Object.keys('scores' in vote ? vote.scores : vote.amounts);
}

function checkRanking({ method }: Definition, ranking: readonly string[][]): VoteCheck {
  if (ranking.length === 0 || ranking.some((group) => group.length === 0))
    return refuse('a ranking names at least one option in each of its ranks; a blank ballot says abstain');
  if (method === 'stv' && ranking.some((group) => group.length > 1))
    return refuse('options cannot share a rank where papers are passed on; put one before the other');
  return { ok: true };
}

function checkScores(most: number, scores: readonly [string, number][]): VoteCheck {
  if (scores.length === 0) return refuse('give points to at least one option; a blank ballot says abstain');
  const wrong = scores.find(([, points]) => !isCount(points) || points > most);
  return wrong ? refuse(`${wrong[0]} gets a whole number of points from 0 to ${most}`) : { ok: true };
}

function checkAmounts(total: number, amounts: readonly number[]): VoteCheck {
  if (!amounts.every(isCount)) return refuse('amounts are whole numbers from 0');
  const sum = amounts.reduce((before, amount) => before + BigInt(amount), 0n);
  return sum === BigInt(total)
    ? { ok: true }
    : refuse(`the amounts sum to ${sum}; they have to sum to ${total}`);
}
