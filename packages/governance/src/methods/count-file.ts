import type { VoteRule } from '../policy.ts';
import { countYesNo, type Tally } from '../tally.ts';
import { type Asked, readBallotFile } from './ballot-file.ts';
import { countPapers } from './count.ts';
import type { Paper } from './papers.ts';
import type { Precision } from './stv.ts';
import type { Definition, OptionTally } from './types.ts';

/** What a count of a file prints, as plain JSON. */
export type FileCount = Partial<Definition> &
  (
    | { method: 'yes_no'; tally: Tally }
    | {
        method: OptionTally['method'];
        /** ballots that are not blank, and those that are */
        counted: number;
        abstain: number;
        winners: string[];
        words: string;
        detail: OptionTally['detail'];
      }
  );

const half = { numerator: 1, denominator: 2, strict: true };
/** More yes than no, whoever took part. */
const plainMajority: Pick<VoteRule, 'quorum' | 'threshold' | 'abstentions'> = {
  quorum: { numerator: 0, denominator: 1, of: 'eligible', strict: false, atLeast: 0 },
  threshold: { ...half, of: 'yes_and_no' },
  abstentions: 'count_for_quorum',
};

/**
 * Counts the ballots of a file by a method, with no rule on who took part: by yes and no a plain majority passes.
 * `five_decimals` rounds STV as Scottish law does. See {@link readBallotFile} for the format and its errors.
 */
export function countFile(
  text: string,
  asked: Asked & { precision?: Precision },
): { ok: true; count: FileCount } | { ok: false; line: number; reason: string } {
  const file = readBallotFile(text, asked);
  if (!file.ok) return file;
  const { definition, papers } = file;
  if (definition.method === 'yes_no') return { ok: true, count: countChoices(papers) };
  const result = countPapers(definition, papers, { precision: asked.precision ?? 'exact' });
  const sum = (list: readonly Paper[]) => list.reduce((all, { count = 1 }) => all + count, 0);
  const blank = papers.filter(({ vote }) => 'abstain' in vote);
  const abstain = sum(blank);
  const counted = sum(papers) - abstain;
  const words = `${counted} ballots counted, ${abstain} abstain; ${result.words}`;
  const count = { ...definition, ...result, counted, abstain, words };
  return { ok: true, count };
}

function countChoices(papers: readonly Paper[]): FileCount {
  const sums = { yes: 0, no: 0, abstain: 0 };
  for (const { vote, count = 1 } of papers) if ('choice' in vote) sums[vote.choice] += count;
  const all = sums.yes + sums.no + sums.abstain;
  return { method: 'yes_no', tally: countYesNo(sums, all, plainMajority) };
}
