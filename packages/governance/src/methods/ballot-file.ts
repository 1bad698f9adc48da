import { type Choice, choices } from '../tally.ts';
import { BadLine, type Line, readBlt } from './blt-file.ts';
import { checkVote } from './check-vote.ts';
import type { Paper } from './papers.ts';
import type { Definition, Vote, VoteMethod } from './types.ts';

/** What the file does not say. */
export interface Asked {
  method: VoteMethod;
  unranked?: Definition['unranked'];
  /** of a BLT file: instead of what it says itself */
  seats?: number;
}

export type BallotFile =
  | { ok: true; definition: Definition; papers: Paper[] }
  /** `line` counts from 1; `reason` says what to write instead */
  | { ok: false; line: number; reason: string };

const mostBallots = 2 ** 31 - 1;
const mostPoints = 1_000_000;

/**
 * Reads ballots, a line for those that are the same, with how many there are:
 *
 *     # rankings, the best first; = between equals         3:A>B=C
 *     # approvals                                          4:A,B
 *     # points, or amounts of a budget                     2:A=5,B=3
 *     # yes, no, or a blank ballot of any kind             12:yes    3:abstain
 *     # names in the order put forward, for ties; else as they first appear
 *     options: A, B, C
 *
 * Blank lines and what follows a # are passed over. A file whose first line is two numbers is read as BLT, in which
 * councils publish STV elections. The highest score is the highest given; a budget's total is the first ballot's.
 */
export function readBallotFile(text: string, asked: Asked): BallotFile {
  try {
    const lines = text.split(/\r\n|\n|\r/);
    const blt = readBlt(lines);
    if (blt && asked.method !== 'stv' && asked.method !== 'schulze')
      throw new BadLine(1, 'a BLT file holds rankings: ask for stv or schulze');
    const { options, ballots } = blt ?? readLines(lines, asked.method);
    const seats = asked.seats ?? blt?.seats;
    return fileOf(options, ballots, { ...asked, ...(seats === undefined ? {} : { seats }) });
  } catch (error) {
    if (error instanceof BadLine) return { ok: false, line: error.line, reason: error.message };
    throw error;
  }
}

function fileOf(options: readonly string[] | null, ballots: readonly Line[], asked: Asked): BallotFile {
  const { method, unranked = 'implicit', seats } = asked;
  const named = ballots.map(({ vote }) => namesIn(vote));
  const definition: Definition = { method, options: options ?? [...new Set(named.flat())], unranked };
  if (seats !== undefined) definition.seats = seats;
  if (method === 'score') definition.scoreMax = most(ballots);
  if (method === 'budget') definition.total = firstTotal(ballots);
  let all = 0;
  for (const { line, count, vote } of ballots) {
    const check = checkVote(definition, vote);
    if (!check.ok) throw new BadLine(line, check.reason);
    all += count;
    if (all > mostBallots)
      throw new BadLine(line, `more than ${mostBallots} ballots are more than are counted`);
  }
  if (all === 0) throw new BadLine(1, 'no ballots: write a line for each kind, such as 3:A>B');
  return { ok: true, definition, papers: ballots.map(({ count, vote }) => ({ vote, count })) };
}

function namesIn(vote: Vote): string[] {
  if ('ranking' in vote) return vote.ranking.flat();
  if ('approve' in vote) return vote.approve;
  return Object.keys('scores' in vote ? vote.scores : 'amounts' in vote ? vote.amounts : {});
}

function most(ballots: readonly Line[]): number {
  let highest = 1;
  for (const { vote } of ballots)
    if ('scores' in vote)
      for (const points of Object.values(vote.scores)) highest = Math.max(highest, points);
  return highest;
}

function firstTotal(ballots: readonly Line[]): number {
  const first = ballots.find(({ vote }) => 'amounts' in vote)?.vote;
  return first && 'amounts' in first
    ? Object.values(first.amounts).reduce((sum, amount) => sum + amount, 0)
    : 0;
}

function readLines(lines: readonly string[], method: VoteMethod) {
  let options: string[] | null = null;
  const ballots: Line[] = [];
  for (const [index, raw] of lines.entries()) {
    const text = raw.replace(/#.*$/, '').trim();
    const line = index + 1;
    if (text === '') continue;
    if (/^options\s*:/i.test(text)) {
      options = names(line, text.slice(text.indexOf(':') + 1), ',');
      if (new Set(options).size < options.length) throw new BadLine(line, 'an option is listed twice');
    } else ballots.push(readLine(line, text, method));
  }
  return { options, ballots };
}

function readLine(line: number, text: string, method: VoteMethod): Line {
  const [, digits, rest = ''] = /^(\d+)\s*:(.*)$/.exec(text) ?? [];
  const count = Number(digits ?? 0);
  if (digits === undefined || count < 1 || count > mostBallots)
    throw new BadLine(line, `a line begins with how many ballots are so, and a colon: ${examples[method]}`);
  return { line, count, vote: readVote(line, rest.trim(), method) };
}

const examples: Record<VoteMethod, string> = {
  yes_no: '12:yes',
  approval: '4:A,B',
  score: '2:A=5,B=3',
  schulze: '3:A>B=C',
  stv: '3:A>B>C',
  budget: '2:A=60,B=40',
};

function readVote(line: number, text: string, method: VoteMethod): Vote {
  if (text === '') throw new BadLine(line, 'a blank ballot is written abstain, as 3:abstain');
  if (method === 'yes_no') {
    const choice = text.toLowerCase() as Choice;
    if (!choices.includes(choice)) throw new BadLine(line, `${text} is not yes, no or abstain`);
    return { choice };
  }
  if (text.toLowerCase() === 'abstain') return { abstain: true };
  if (method === 'approval') return { approve: names(line, text, ',') };
  if (method === 'score') return { scores: figures(line, text, method) };
  if (method === 'budget') return { amounts: figures(line, text, method) };
  return { ranking: text.split('>').map((group) => names(line, group, '=')) };
}

function names(line: number, text: string, between: string): string[] {
  const found = text.split(between).map((name) => name.trim());
  if (found.includes('')) throw new BadLine(line, `a name is missing in: ${text.trim() || '(nothing)'}`);
  return found;
}

function figures(line: number, text: string, method: VoteMethod): Record<string, number> {
  const found = new Map<string, number>();
  for (const part of text.split(',')) {
    const [, name = '', digits = ''] = /^(.*)=\s*(\d+)\s*$/.exec(part) ?? [];
    const figure = Number(digits);
    if (name.trim() === '' || digits === '' || (method === 'score' && figure > mostPoints))
      throw new BadLine(
        line,
        `${part.trim() || '(nothing)'} is no option with a whole number: ${examples[method]}`,
      );
    if (found.has(name.trim())) throw new BadLine(line, `${name.trim()} is named twice`);
    found.set(name.trim(), figure);
  }
  return Object.fromEntries(found);
}
