import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Paper, pack } from './papers.ts';
import { compare, minus, plus, type Rational, rational, times, zero } from './rational.ts';
import { countStv as countPacked, type Precision } from './stv.ts';

const countStv = (options: string[], seats: number, list: Paper[], precision?: Precision) =>
  countPacked(pack(options, list), seats, precision);

/** `3:A>B` a line. */
function papers(...lines: string[]): Paper[] {
  return lines.map((line) => {
    const [count, ranking = ''] = line.split(':');
    return { count: Number(count), vote: { ranking: ranking.split('>').map((option) => [option]) } };
  });
}
const asRational = (text: string): Rational => {
  const [top = '', over = '1'] = text.split('/');
  return rational(BigInt(top), BigInt(over));
};
const rows = ({ rounds }: ReturnType<typeof countStv>['detail']) =>
  rounds.map((round) =>
    [
      round.did,
      round.option ?? '-',
      round.transfer ?? '-',
      ...round.votes.map(({ votes }) => votes),
      `+${round.nontransferable}`,
    ].join(' '),
  );

describe('STV by the Scottish rules', () => {
  it('passes a surplus on in exact parts, papers received earlier at what they were worth then', () => {
    // Quota 8. A passes on 5 of 13; B then holds 7 papers of its own and 8 at 5/13 each.
    const { detail, elected } = countStv(
      ['A', 'B', 'C', 'D'],
      2,
      papers('8:A>B>C', '5:A', '7:B>D', '2:C', '1:D'),
    );
    expect(detail.quota).toBe('8');
    expect(rows(detail)).toEqual(['first_preferences - - 13 7 2 1 +0', 'surplus A 5/13 8 131/13 2 1 +25/13']);
    expect(elected).toEqual(['A', 'B']);
  });

  it('passes a received paper on at its own worth times the part', () => {
    const { detail } = countStv(['A', 'B', 'C', 'D'], 3, papers('10:A>B>C', '4:B>D', '3:C', '3:D'));
    expect(rows(detail)).toEqual([
      'first_preferences - - 10 4 3 3 +0',
      'surplus A 2/5 6 8 3 3 +0',
      'surplus B 1/4 6 6 4 4 +0',
      'exclusion D - 6 6 4 0 +4',
      'last_seats - - 6 6 4 0 +4',
    ]);
  });

  it('cuts worth after five decimals where asked, and counts what that loses', () => {
    const { detail } = countStv(
      ['A', 'B', 'C', 'D'],
      2,
      papers('8:A>B>C', '5:A', '7:B>D', '2:C', '1:D'),
      'five_decimals',
    );
    // 5/13 = 0.384615…, cut to 0.38461
    expect(detail.rounds[1]).toMatchObject({ votes: [{}, { votes: '125961/12500' }, {}, {}] });
    expect(detail.rounds[1]?.nontransferable).toBe('24039/12500');
  });

  it('takes the largest surplus first; among equals that of the option put forward first', () => {
    const surpluses = (...lines: string[]) =>
      countStv(['A', 'B', 'C', 'D', 'E'], 3, papers(...lines)).detail.rounds.filter(
        ({ did }) => did === 'surplus',
      );
    expect(surpluses('12:A>C', '14:B>D', '5:C', '5:D', '4:E')).toMatchObject([
      { option: 'B', transfer: '3/14' },
      { option: 'A', transfer: '1/12' },
    ]);
    expect(surpluses('13:A>C', '13:B>D', '5:C', '5:D', '4:E')).toMatchObject([
      { option: 'A', tie: { options: ['A', 'B'], between: 'surpluses', round: null } },
      { option: 'B' },
    ]);
  });

  it('excludes, among equals, the one behind in the last round that tells them apart, and says so', () => {
    // After E is excluded C and D have 4 each; C was behind before.
    const { detail } = countStv(['A', 'B', 'C', 'D', 'E'], 1, papers('9:A', '8:B', '3:C', '4:D', '1:E>C'));
    expect(detail.rounds[2]).toMatchObject({
      did: 'exclusion',
      option: 'C',
      tie: { options: ['C', 'D'], between: 'exclusions', round: 1 },
    });
  });

  it('where no round tells equals apart, the one put forward first stays', () => {
    const { detail } = countStv(['A', 'B', 'C'], 1, papers('3:A', '2:B', '2:C'));
    expect(detail.rounds[1]).toMatchObject({ option: 'C', tie: { options: ['B', 'C'], round: null } });
    const equal = countStv(['A', 'B', 'C', 'D'], 2, papers('5:A>C', '5:B>D', '1:C', '1:D'));
    expect(equal.detail.rounds[0]?.elected).toEqual(['A', 'B']);
  });

  it('fills the last seats with whoever continues, and passes nothing more on', () => {
    const { detail, elected } = countStv(['A', 'B'], 2, papers('5:A'));
    expect(rows(detail)).toEqual(['first_preferences - - 5 0 +0', 'last_seats - - 5 0 +0']);
    expect(elected).toEqual(['A', 'B']);
  });

  it('goes no further on a paper where a rank is shared', () => {
    const shared = { count: 3, vote: { ranking: [['C'], ['A', 'B']] } };
    const { detail } = countStv(['A', 'B', 'C'], 1, [...papers('5:A', '4:B'), shared]);
    expect(rows(detail)).toEqual([
      'first_preferences - - 5 4 3 +0',
      'exclusion C - 5 4 0 +3',
      'exclusion B - 5 0 0 +7',
      'last_seats - - 5 0 0 +7',
    ]);
  });

  it('elects nobody without a paper', () => {
    expect(countStv(['A', 'B'], 1, []).elected).toEqual([]);
  });

  it('is not monotone, as is known: ten who move the winner up make it lose', () => {
    const others = ['39:A>B>C', '26:C>A>B'];
    expect(countStv(['A', 'B', 'C'], 1, papers(...others, '35:B>C>A')).elected).toEqual(['A']);
    expect(countStv(['A', 'B', 'C'], 1, papers(...others, '25:B>C>A', '10:A>B>C')).elected).toEqual(['C']);
  });
});

const options = ['A', 'B', 'C', 'D', 'E'];
const anyPaper: fc.Arbitrary<Paper> = fc.record({
  count: fc.integer({ min: 1, max: 9 }),
  vote: fc
    .shuffledSubarray(options, { minLength: 1 })
    .map((ranking) => ({ ranking: ranking.map((option) => [option]) })),
});
const anyElection = fc.record({
  list: fc.array(anyPaper, { minLength: 1, maxLength: 12 }),
  seats: fc.integer({ min: 1, max: 4 }),
});

describe('any STV election', () => {
  it('accounts in each round for every valid paper', () => {
    fc.assert(
      fc.property(anyElection, ({ list, seats }) => {
        const valid = list.reduce((sum, { count = 1 }) => sum + count, 0);
        const { detail, elected } = countStv(options, seats, list);
        expect(elected).toHaveLength(seats);
        expect(detail.valid).toBe(valid);
        for (const { votes, nontransferable } of detail.rounds) {
          const sum = votes.map((line) => asRational(line.votes)).reduce(plus, asRational(nontransferable));
          expect(compare(sum, rational(BigInt(valid)))).toBe(0);
        }
      }),
    );
  });

  it('comes out as when each paper is carried by hand', () => {
    fc.assert(
      fc.property(anyElection, ({ list, seats }) => {
        expect(countStv(options, seats, list).elected).toEqual(byHand(options, seats, list));
      }),
    );
  });

  it('accounts for what cut fractions lose', () => {
    fc.assert(
      fc.property(anyElection, ({ list, seats }) => {
        const cut = countStv(options, seats, list, 'five_decimals');
        for (const { votes, nontransferable } of cut.detail.rounds) {
          const sum = votes.map((line) => asRational(line.votes)).reduce(plus, asRational(nontransferable));
          expect(sum).toEqual(rational(BigInt(cut.detail.valid)));
        }
      }),
    );
  });
});

/** The same rules the slow way: each single paper has a worth, and everything is summed anew in every round. */
function byHand(all: readonly string[], seats: number, list: readonly Paper[]): string[] {
  const sheets = list.flatMap(({ count = 1, vote }) =>
    Array.from({ length: count }, () => ({
      ranking: 'ranking' in vote ? vote.ranking.flat() : [],
      worth: rational(1n),
    })),
  );
  const quota = rational(BigInt(Math.floor(sheets.length / (seats + 1)) + 1));
  const continuing = new Set(all);
  const elected: string[] = [];
  const done = new Set<string>();
  const holds = new Map<(typeof sheets)[number], string | undefined>();
  const lay = (sheet: (typeof sheets)[number]) =>
    holds.set(
      sheet,
      sheet.ranking.find((option) => continuing.has(option)),
    );
  for (const sheet of sheets) lay(sheet);
  const history: Map<string, Rational>[] = [];
  const votesNow = () =>
    new Map(
      all.map((option) => [
        option,
        done.has(option)
          ? quota
          : sheets
              .filter((sheet) => holds.get(sheet) === option)
              .reduce((sum, { worth }) => plus(sum, worth), zero),
      ]),
    );
  const at = (votes: Map<string, Rational>, option: string) => votes.get(option) ?? zero;
  /** best first */
  const sorted = (who: string[], votes: Map<string, Rational>) =>
    who.toSorted((a, b) => {
      for (const past of [votes, ...history.toReversed()]) {
        const order = compare(at(past, b), at(past, a));
        if (order !== 0) return order;
      }
      return all.indexOf(a) - all.indexOf(b);
    });
  for (;;) {
    const votes = votesNow();
    const over = [...continuing].filter((option) => compare(at(votes, option), quota) >= 0);
    for (const option of sorted(over, votes)) {
      continuing.delete(option);
      elected.push(option);
    }
    history.push(votes);
    if (elected.length >= seats) return elected;
    if (continuing.size <= seats - elected.length) return [...elected, ...sorted([...continuing], votes)];
    const surplus = elected.filter((option) => !done.has(option) && compare(at(votes, option), quota) > 0);
    const [first] = sorted(surplus, votes);
    const leaving = first ?? (sorted([...continuing], votes).at(-1) as string);
    const moving = sheets.filter((sheet) => holds.get(sheet) === leaving);
    if (first === undefined) continuing.delete(leaving);
    else {
      done.add(first);
      const had = at(votes, first);
      const part = times(minus(had, quota), { top: had.over, over: had.top });
      for (const sheet of moving) sheet.worth = times(sheet.worth, part);
    }
    for (const sheet of moving) lay(sheet);
  }
}
