import type { Vote } from './types.ts';

/** So many ballots that are the same, and the line of the file they stand on, counted from 1. */
export interface Line {
  line: number;
  count: number;
  vote: Vote;
}

/** Thrown by what reads one line, caught where the file is read. The message says what to write instead. */
export class BadLine extends Error {
  readonly line: number;
  constructor(line: number, reason: string) {
    super(reason);
    this.line = line;
  }
}

/**
 * Reads rankings as councils publish them (BLT): candidates and seats; a line for each kind of ballot, its count, then
 * candidates by number, then 0; a line that is 0; names in quotes, and the title. Null where the first line is not two
 * numbers.
 */
export function readBlt(
  lines: readonly string[],
): { options: string[]; seats: number; ballots: Line[] } | null {
  const rows = lines
    .map((raw, index) => ({ line: index + 1, text: raw.replace(/#(?=[^"]*$).*$/, '').trim() }))
    .filter(({ text }) => text !== '');
  const [, size, seats] = /^(\d+)\s+(\d+)$/.exec(rows[0]?.text ?? '') ?? [];
  if (size === undefined) return null;
  const end = rows.findIndex(({ text }, index) => index > 0 && text === '0');
  if (end < 0)
    throw new BadLine(rows.at(-1)?.line ?? 1, 'the ballots of a BLT file end with a line that is 0');
  const options = rows
    .slice(end + 1, end + 1 + Number(size))
    .map(({ text }) => text.replace(/^"(.*)"$/, '$1'));
  if (options.length < Number(size))
    throw new BadLine(rows.at(-1)?.line ?? 1, `after the ballots follow ${size} names, one a line`);
  const ballots = rows.slice(1, end).flatMap((row) => readBallot(row, options));
  return { options, seats: Number(seats), ballots };
}

function readBallot({ line, text }: { line: number; text: string }, options: readonly string[]): Line[] {
  const [count, ...numbers] = text.split(/\s+/);
  if (!/^\d+$/.test(count ?? '') || numbers.pop() !== '0')
    throw new BadLine(line, 'a line of a BLT file is a count, candidates by number, and 0, as 12 3 1 0');
  if (numbers.length === 0 || Number(count) === 0) return [];
  const ranking = numbers.map((group) =>
    group.split('=').map((number) => {
      const option = options[Number(number) - 1];
      if (option === undefined) throw new BadLine(line, `there is no candidate ${number}`);
      return option;
    }),
  );
  return [{ line, count: Number(count), vote: { ranking } }];
}
