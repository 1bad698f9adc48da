import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { countFile } from './count-file.ts';

/** Published elections; each file names its source. */
function counted(name: string, asked: Parameters<typeof countFile>[1]) {
  const answer = countFile(readFileSync(new URL(`./elections/${name}.txt`, import.meta.url), 'utf8'), asked);
  if (!answer.ok || answer.count.method === 'yes_no') throw new Error(JSON.stringify(answer));
  return answer.count;
}
/** The votes of each round, options in the order put forward. */
function stages(count: ReturnType<typeof counted>): string[] {
  if (!('rounds' in count.detail)) throw new Error('has no rounds');
  return count.detail.rounds.map(({ votes }) => votes.map((line) => line.votes).join(' '));
}

describe('a published election comes out as published', () => {
  it('45 ballots of Schulze’s paper, with both matrices', () => {
    const { detail } = counted('schulze-2011', { method: 'schulze' });
    expect(detail).toEqual({
      options: ['A', 'B', 'C', 'D', 'E'],
      pairwise: [
        [0, 20, 26, 30, 22],
        [25, 0, 16, 33, 18],
        [19, 29, 0, 17, 24],
        [15, 12, 28, 0, 14],
        [23, 27, 21, 31, 0],
      ],
      strengths: [
        [0, 28, 28, 30, 24],
        [25, 0, 28, 33, 24],
        [25, 29, 0, 29, 24],
        [25, 28, 28, 0, 24],
        [25, 28, 28, 31, 0],
      ],
      order: ['E', 'A', 'C', 'B', 'D'],
    });
  });

  it('a circle of four in the Wikimedia board election of 2008', () => {
    const count = counted('wikimedia-2008', { method: 'schulze', unranked: 'explicit' });
    expect(count.detail).toMatchObject({ order: ['Heiskanen', 'Postlethwaite', 'Smith', 'Saintonge'] });
  });

  it('the capital of Tennessee: Nashville by Schulze, Knoxville by STV for one seat', () => {
    expect(counted('tennessee', { method: 'schulze' }).winners).toEqual(['Nashville']);
    const runOff = counted('tennessee', { method: 'stv' });
    expect(runOff.winners).toEqual(['Knoxville']);
    expect(stages(runOff)).toEqual(['42 26 15 17', '42 26 0 32', '42 0 0 58']);
  });

  it('food for a party, three kinds by STV', () => {
    const count = counted('party-food', { method: 'stv', seats: 3 });
    expect(count.winners).toEqual(['Chocolate', 'Oranges', 'Strawberries']);
    expect(stages(count)).toEqual(['4 2 12 1 1', '4 2 6 5 3', '6 0 6 5 3', '6 0 6 5 0', '6 0 6 5 0']);
  });

  it('ten seats by largest remainder', () => {
    const { detail } = counted('ten-seats', { method: 'budget' });
    if (!('allocation' in detail)) throw new Error('shares nothing out');
    expect(detail.allocation.map(({ option, amount }) => [option, amount])).toEqual([
      ['Yellows', 5],
      ['Whites', 2],
      ['Reds', 1],
      ['Greens', 1],
      ['Blues', 1],
      ['Pinks', 0],
    ]);
  });
});
