/** Votes as a person reads them: what changed, who said what, how it was counted. */
import type { OptionTally, ProposalDetail, Vote } from '@uncaged/contract';
import { type Verdict, verdictInWords } from '@uncaged/verify';
import { textTable } from '../support/table.ts';

const said = (value: unknown): string => {
  if (value === undefined) return 'nothing';
  return Array.isArray(value) ? value.join(', ') : String(value);
};
const isRule = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What a proposal changes, line by line; of a new rule, each part of it. */
export function changes({ title, diff }: Pick<ProposalDetail, 'title' | 'diff'>): string {
  const rows = diff.flatMap(({ words, before, after }) =>
    isRule(after) && before === undefined
      ? Object.entries(after).map(([part, value]) => [`${words}: ${part}`, 'nothing', said(value)])
      : [[words, said(before), said(after)]],
  );
  return textTable(`What changes: ${title}`, ['clause', 'was', 'is'], rows);
}

function voteWords(vote: Vote, titleOf: (key: string) => string): string {
  if ('abstain' in vote) return 'abstains';
  if ('ranking' in vote) return vote.ranking.map((place) => place.map(titleOf).join(' = ')).join(' > ');
  throw new Error('no story votes so');
}

const titles = (proposal: ProposalDetail) => (key: string) =>
  proposal.ballotOptions.find((option) => option.key === key)?.title ?? key;

/** A count's one sentence, a part a line. */
const parts = (words: string): string => words.replaceAll('; ', ';\n  ');

/** The ballots, opened at the close, and the count in one sentence. */
export function ballots(proposal: ProposalDetail): string {
  const rows = proposal.ballots.map(({ member, choice, vote }) => [
    member.pseudonym,
    vote ? voteWords(vote, titles(proposal)) : choice,
  ]);
  const words = proposal.tally?.words ?? proposal.optionTally?.words ?? 'no count';
  return `${textTable(`The ballots: ${proposal.title}`, ['who', 'said'], rows.sort())}${proposal.state}:\n  ${parts(words)}\n`;
}

interface Schulze {
  options: string[];
  pairwise: number[][];
  strengths: number[][];
}

/** Duels and paths of a Schulze count: rows over columns. */
export function duels(proposal: ProposalDetail): string {
  const { options, pairwise, strengths } = detailOf(proposal) as Schulze;
  const named = options.map(titles(proposal));
  const matrix = (title: string, cells: number[][]) =>
    textTable(
      title,
      ['over', ...options],
      cells.map((row, at) => [
        `${options[at]} ${named[at]}`,
        ...row.map((cell, to) => (to === at ? '' : cell)),
      ]),
    );
  return [
    matrix('How many rank the row above the column', pairwise),
    matrix('The strongest path from row to column', strengths),
  ].join('\n');
}

interface Stv {
  quota: string;
  seats: number;
  rounds: {
    did: string;
    option?: string;
    votes: { option: string; votes: string; state: string }[];
    nontransferable: string;
  }[];
}

/** An STV count, a column a round. */
export function rounds(proposal: ProposalDetail): string {
  const { quota, seats, rounds: counted } = detailOf(proposal) as Stv;
  const titleOf = titles(proposal);
  const did = ({ did, option }: Stv['rounds'][number]) =>
    [did.replaceAll('_', ' '), option === undefined ? '' : titleOf(option)].join(' ').trim();
  const candidates = counted[0]?.votes.map(({ option }) => option) ?? [];
  const cell = (round: Stv['rounds'][number], candidate: string) => {
    const line = round.votes.find(({ option }) => option === candidate);
    return line ? `${line.votes}${line.state === 'continuing' ? '' : ` ${line.state}`}` : '';
  };
  const rows = candidates.map((candidate) => [
    `${candidate} ${titleOf(candidate)}`,
    ...counted.map((round) => cell(round, candidate)),
  ]);
  return textTable(
    `${seats} seats, quota ${quota}`,
    ['candidate', ...counted.map((round, at) => `${at + 1}: ${did(round)}`)],
    [...rows, ['could not move on', ...counted.map(({ nontransferable }) => nontransferable)]],
  );
}

function detailOf({ optionTally }: { optionTally: OptionTally | null }): unknown {
  if (!optionTally) throw new Error('there was no count among options');
  return optionTally.detail;
}

/**
 * What the verifier says of a book, in its own words. Its key, its root and how many entries it has differ each time a
 * story is told; they are left out.
 */
export function offline(verdict: Verdict): string {
  if (!verdict.ok) throw new Error(verdictInWords(verdict));
  const [first = '', ...others] = verdictInWords(verdict).split('\n');
  const lines = others.filter((line) => /^(?:policies|vote) /.test(line)).map(parts);
  const appeals = verdict.figures.kinds.filter(({ kind }) => kind.startsWith('appeal.'));
  return [
    'What a stranger finds in the book alone',
    first.split(':', 1)[0],
    ...lines,
    ...appeals.map(({ kind, count }) => `${kind} × ${count}`),
    '',
  ].join('\n');
}
