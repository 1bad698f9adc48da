/** Votes as a person reads them: what changed, who said what, how it was counted. */
import type { OptionTally, ProposalDetail, Vote } from '@uncaged/contract';
import { textTable } from '../support/table.ts';

const said = (value: unknown): string => (value === undefined ? 'nothing' : JSON.stringify(value));

/** What a proposal changes, line by line. */
export function changes({ title, diff }: Pick<ProposalDetail, 'title' | 'diff'>): string {
  const rows = diff.map((line) => [line.words, said(line.before), said(line.after)]);
  return textTable(`What changes: ${title}`, ['clause', 'was', 'is'], rows);
}

function voteWords(vote: Vote, titleOf: (key: string) => string): string {
  if ('abstain' in vote) return 'abstains';
  if ('ranking' in vote) return vote.ranking.map((place) => place.map(titleOf).join(' = ')).join(' > ');
  throw new Error('no story votes so');
}

const titles = (proposal: ProposalDetail) => (key: string) =>
  proposal.ballotOptions.find((option) => option.key === key)?.title ?? key;

/** The ballots, opened at the close, and the count in one sentence. */
export function ballots(proposal: ProposalDetail): string {
  const rows = proposal.ballots.map(({ member, choice, vote }) => [
    member.pseudonym,
    vote ? voteWords(vote, titles(proposal)) : choice,
  ]);
  const words = proposal.tally?.words ?? proposal.optionTally?.words ?? 'no count';
  return `${textTable(`The ballots: ${proposal.title}`, ['who', 'said'], rows.sort())}${proposal.state}. ${words}\n`;
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
    titleOf(candidate),
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
