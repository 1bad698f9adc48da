import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { genesisPolicy } from '../genesis.ts';
import type { VoteRule } from '../policy.ts';
import { countOptions, countPapers } from './count.ts';
import type { Definition, OptionTally, Vote } from './types.ts';

const genesis = await genesisPolicy();
const rule: VoteRule = {
  ...genesis.voting.kinds.safeguard,
  quorum: { numerator: 1, denominator: 2, of: 'eligible', strict: false, atLeast: 1 },
  threshold: { numerator: 1, denominator: 2, of: 'yes_and_no', strict: true },
};
const people = (n: number) => Array.from({ length: n }, (_, i) => `member-${String(i).padStart(2, '0')}`);
const cast = (...votes: Vote[]) => votes.map((vote, i) => ({ memberId: people(99)[i] as string, vote }));
const define = (
  method: Definition['method'],
  options: string[],
  more: Partial<Definition> = {},
): Definition => ({
  method,
  options,
  unranked: 'implicit',
  ...more,
});
const rank = (text: string): Vote => ({ ranking: text.split('>').map((group) => group.split('=')) });

describe('a vote among options', () => {
  it('by approval: says of how many ballots, and names a tie', () => {
    const votes = cast(
      { approve: ['a', 'b'] },
      { approve: ['b', 'a'] },
      { approve: ['c'] },
      { abstain: true },
    );
    const tally = countOptions(define('approval', ['a', 'b', 'c']), votes, people(6), rule);
    expect(tally).toMatchObject({ winners: ['a'], counted: 3, abstain: 1, eligible: 6, passed: true });
    expect(tally.words).toBe(
      '3 counted, 1 abstain, 6 eligible; quorum 1/2 of eligible: 4 of 6 took part, reached; approved: a on 2 of 3 ballots, b on 2 of 3 ballots; a and b tie, the one put forward first goes before; passed: a',
    );
  });

  it('by score: of how many points', () => {
    const votes = cast({ scores: { a: 5, b: 4 } }, { scores: { b: 3 } });
    const tally = countOptions(define('score', ['a', 'b'], { scoreMax: 5 }), votes, people(2), rule);
    expect(tally.detail).toEqual({
      sums: [
        { option: 'a', sum: 5 },
        { option: 'b', sum: 7 },
      ],
    });
    expect(tally.words).toContain(
      'points: b 7 of 10 points (2 ballots, 5 at most each), a 5 of 10 points (2 ballots, 5 at most each); passed: b',
    );
  });

  it('by Schulze: what is left out counts below, or not at all', () => {
    const votes = cast(rank('a'), rank('a'), rank('b>a'));
    const of = (unranked: Definition['unranked']) =>
      countOptions(define('schulze', ['a', 'b'], { unranked }), votes, people(3), rule);
    expect(of('implicit')).toMatchObject({
      winners: ['a'],
      detail: {
        pairwise: [
          [0, 2],
          [1, 0],
        ],
      },
    });
    expect(of('explicit')).toMatchObject({
      winners: ['b'],
      detail: {
        pairwise: [
          [0, 0],
          [1, 0],
        ],
      },
    });
    expect(of('implicit').words).toContain(
      'Schulze with winning votes, what a ballot leaves out stands below all it ranks: a, b; a above b on 2 of 3 ballots and below it on 1, strongest paths 2 to 0',
    );
    expect(of('explicit').words).toContain('a ballot says nothing of what it leaves out');
  });

  it('by STV: with seats, quota and rounds', () => {
    const votes = cast(rank('a>b'), rank('a>b'), rank('a>b'), rank('b'), rank('c'));
    const tally = countOptions(define('stv', ['a', 'b', 'c'], { seats: 2 }), votes, people(5), rule);
    expect(tally.winners).toEqual(['a', 'b']);
    expect(tally.words).toContain(
      'STV, 5 valid ballots for 2 seats, quota 2 (the whole part of 5/3, plus 1): a in round 1 with 3, b in round 2 with 2; passed: a, b',
    );
  });

  it('by budget: whole units that sum to the total', () => {
    const votes = cast({ amounts: { a: 10 } }, { amounts: { a: 3, b: 7 } }, { amounts: { c: 10 } });
    const definition = define('budget', ['a', 'b', 'c'], { total: 10 });
    const tally = countOptions(definition, votes, people(3), rule);
    expect(tally.detail).toEqual({
      total: 10,
      allocation: [
        { option: 'a', sum: '13', amount: 5 },
        { option: 'b', sum: '7', amount: 2 },
        { option: 'c', sum: '10', amount: 3 },
      ],
    });
    expect(tally.winners).toEqual(['a', 'c', 'b']);
    expect(tally.words).toContain(
      '10 shared out by 3 ballots in proportion to their sums: a 5 (13 of 30), b 2 (7 of 30), c 3 (10 of 30)',
    );
    const tie = cast({ amounts: { a: 1 } }, { amounts: { b: 1 } });
    const one = countOptions(define('budget', ['b', 'a'], { total: 1 }), tie, people(2), rule);
    expect(one.winners).toEqual(['b']);
  });

  it('counts the last valid ballot of each eligible member and nobody else', () => {
    const definition = define('approval', ['a', 'b']);
    const votes = [
      { memberId: 'heron', vote: { approve: ['a'] } },
      { memberId: 'stranger', vote: { approve: ['a'] } },
      { memberId: 'ko', vote: { approve: ['z'] } },
      { memberId: 'heron', vote: { approve: ['b'] } },
    ];
    expect(countOptions(definition, votes, ['heron', 'ko', 'iris'], rule)).toMatchObject({
      counted: 1,
      abstain: 0,
      winners: ['b'],
    });
  });

  it('leaves blank votes out of the quorum where the rule says so', () => {
    const votes = cast({ approve: ['a'] }, { abstain: true });
    const count = (abstentions: VoteRule['abstentions']) =>
      countOptions(define('approval', ['a']), votes, people(4), { ...rule, abstentions });
    expect(count('count_for_quorum')).toMatchObject({ quorumReached: true, passed: true });
    const ignored = count('ignored');
    expect(ignored).toMatchObject({ quorumReached: false, passed: false, winners: ['a'] });
    expect(ignored.words).toContain('1 of 4 took part, blank votes left out, not reached');
  });

  it.each(['approval', 'score', 'schulze', 'stv', 'budget'] as const)(
    'passes nothing by %s without a ballot',
    (method) => {
      const definition = define(method, ['a', 'b'], { scoreMax: 5, total: 10, seats: 2 });
      const nobody = { ...rule, quorum: { ...rule.quorum, numerator: 0, atLeast: 0 } };
      expect(countOptions(definition, [], people(3), nobody)).toMatchObject({ winners: [], passed: false });
      expect(countOptions(definition, cast({ abstain: true }), people(3), nobody).winners).toEqual([]);
    },
  );

  it('fills several seats by any method', () => {
    const definition = define('approval', ['a', 'b', 'c'], { seats: 2 });
    const votes = cast({ approve: ['c', 'b'] }, { approve: ['c'] });
    expect(countOptions(definition, votes, people(2), rule).winners).toEqual(['c', 'b']);
  });

  it('has no vote by yes and no', () => {
    expect(() => countPapers(define('yes_no', ['a']), [])).toThrow('no options to count');
  });
});

describe('beside the status quo', () => {
  const options = ['status_quo', 'original', 'o1'];
  const twoThirds: VoteRule = {
    ...rule,
    threshold: { numerator: 2, denominator: 3, of: 'yes_and_no', strict: false },
  };
  // Most like the original better than o1, but only three of five like it better than nothing.
  const votes = cast(
    rank('original>o1>status_quo'),
    rank('original>o1>status_quo'),
    rank('original>o1>status_quo'),
    rank('o1>status_quo>original'),
    rank('status_quo>o1>original'),
  );

  it('what does not reach the threshold against it cannot win', () => {
    const tally = countOptions(define('schulze', options), votes, people(5), twoThirds);
    expect(tally).toMatchObject({ winners: ['o1'], passed: true });
    expect(tally.detail).toMatchObject({
      againstStatusQuo: [
        { option: 'original', for: 3, against: 2, reached: false },
        { option: 'o1', for: 4, against: 1, reached: true },
      ],
      order: ['o1', 'status_quo', 'original'],
    });
    expect(tally.words).toContain(
      'needed against the status quo at least 2/3 of ballots that set it apart from the status quo: original 3 of 5, not reached, struck; o1 4 of 5, reached',
    );
    expect(countOptions(define('schulze', options), votes, people(5), rule).winners).toEqual(['original']);
  });

  it('where nothing reaches it, things stay as they are', () => {
    const all = {
      ...rule,
      threshold: { ...rule.threshold, numerator: 9, denominator: 10, of: 'eligible' as const },
    };
    for (const method of ['schulze', 'stv'] as const) {
      const tally = countOptions(define(method, options), votes.slice(0, 3), people(5), all);
      expect(tally).toMatchObject({ winners: ['status_quo'], passed: false, quorumReached: true });
    }
  });

  it('is compared by each kind of ballot, and blank votes weigh where all ballots count', () => {
    const two = ['status_quo', 'original'];
    const approval = cast(
      { approve: ['original'] },
      { approve: two },
      { approve: ['status_quo'] },
      { approve: ['original'] },
    );
    const against = (method: Definition['method'], ballots: typeof votes, of: VoteRule['threshold']['of']) =>
      countOptions(define(method, two, { scoreMax: 5, total: 10 }), ballots, people(6), {
        ...rule,
        threshold: { ...rule.threshold, of },
      }).detail.againstStatusQuo;
    expect(against('approval', approval, 'yes_and_no')).toEqual([
      { option: 'original', for: 2, against: 1, reached: true },
    ]);
    expect(
      against('approval', [...approval, { memberId: 'member-05', vote: { abstain: true } }], 'cast'),
    ).toEqual([{ option: 'original', for: 2, against: 1, reached: false }]);
    const scores = cast({ scores: { original: 3, status_quo: 3 } }, { scores: { original: 1 } });
    expect(against('score', scores, 'yes_and_no')).toMatchObject([{ for: 1, against: 0 }]);
    const amounts = cast({ amounts: { original: 4, status_quo: 6 } });
    expect(against('budget', amounts, 'yes_and_no')).toMatchObject([{ for: 0, against: 1, reached: false }]);
  });
});

// Any vote, by any method: some members vote, some blank, some not at all.
const methods = ['approval', 'score', 'schulze', 'stv', 'budget'] as const;
type Method = (typeof methods)[number];

function anyBallot(method: Method, options: string[]): fc.Arbitrary<Vote> {
  const some = fc.shuffledSubarray(options, { minLength: 1 });
  const ranks = some.chain((ranked) =>
    fc.array(fc.boolean(), { minLength: ranked.length, maxLength: ranked.length }).map((shares) => {
      const ranking: string[][] = [];
      ranked.forEach((option, i) => {
        const above = ranking.at(-1);
        if (above && method === 'schulze' && shares[i]) above.push(option);
        else ranking.push([option]);
      });
      return { ranking };
    }),
  );
  const forms: Record<Method, fc.Arbitrary<Vote>> = {
    approval: fc.subarray(options).map((approve) => ({ approve })),
    score: some.chain((named) =>
      fc.tuple(...named.map(() => fc.nat(5))).map((points) => ({
        scores: Object.fromEntries(named.map((option, i) => [option, points[i] as number])),
      })),
    ),
    schulze: ranks,
    stv: ranks,
    budget: fc
      .array(fc.nat(10), { minLength: options.length - 1, maxLength: options.length - 1 })
      .map((cuts) => {
        const sorted = [0, ...cuts.toSorted((a, b) => a - b), 10];
        const amounts = options.map((option, i) => [
          option,
          (sorted[i + 1] as number) - (sorted[i] as number),
        ]);
        return { amounts: Object.fromEntries(amounts) };
      }),
  };
  return fc.oneof(
    { weight: 9, arbitrary: forms[method] },
    { weight: 1, arbitrary: fc.constant<Vote>({ abstain: true }) },
  );
}

interface Election {
  definition: Definition;
  votes: { memberId: string; vote: Vote }[];
  eligible: string[];
}
const anyElection = (method: Method): fc.Arbitrary<Election> =>
  fc
    .record({
      size: fc.integer({ min: 2, max: 5 }),
      statusQuo: fc.boolean(),
      unranked: fc.constantFrom('implicit' as const, 'explicit' as const),
      seats: fc.integer({ min: 1, max: 3 }),
    })
    .chain(({ size, statusQuo, unranked, seats }) => {
      const options = Array.from({ length: size }, (_, i) =>
        statusQuo && i === 0 ? 'status_quo' : `option-${i}`,
      );
      const definition = define(method, options, {
        unranked,
        scoreMax: 5,
        total: 10,
        ...(statusQuo ? {} : { seats }),
      });
      return fc
        .array(fc.option(anyBallot(method, options), { nil: null }), { maxLength: 14 })
        .map((ballots) => ({
          definition,
          votes: ballots.flatMap((vote, i) => (vote ? [{ memberId: people(14)[i] as string, vote }] : [])),
          eligible: [...people(ballots.length), 'last'],
        }));
    });
const anyRule = fc
  .record({
    of: fc.constantFrom('yes_and_no' as const, 'cast' as const, 'eligible' as const),
    threshold: fc.constantFrom([1, 2], [2, 3], [1, 3]),
    strict: fc.boolean(),
    abstentions: fc.constantFrom('count_for_quorum' as const, 'ignored' as const),
  })
  .map(
    ({ of, threshold: [numerator = 1, denominator = 2], strict, abstentions }): VoteRule => ({
      ...rule,
      threshold: { numerator, denominator, of, strict },
      abstentions,
    }),
  );

/** Everything a count says, with names taken back. */
function renamed(tally: OptionTally, from: (option: string) => string, options: readonly string[]): unknown {
  let text = JSON.stringify(tally);
  for (const option of options) text = text.replaceAll(from(option), option);
  return JSON.parse(text);
}

describe.each(methods)('any vote by %s', (method) => {
  it('comes out the same in any order of ballots', () => {
    const shuffled = anyElection(method).chain((election) =>
      fc.tuple(
        fc.constant(election),
        fc.shuffledSubarray(election.votes, { minLength: election.votes.length }),
        fc.shuffledSubarray(election.eligible, { minLength: election.eligible.length }),
      ),
    );
    fc.assert(
      fc.property(anyRule, shuffled, (voteRule, [{ definition, votes, eligible }, others, people]) => {
        expect(countOptions(definition, others, people, voteRule)).toEqual(
          countOptions(definition, votes, eligible, voteRule),
        );
      }),
    );
  });

  it('comes out the same under other names', () => {
    // Names that sort the other way round, and begin with nothing that another begins with.
    const other = (option: string) =>
      option === 'status_quo' ? option : `<${99 - Number(option.slice(-1))}>`;
    fc.assert(
      fc.property(anyRule, anyElection(method), (voteRule, { definition, votes, eligible }) => {
        const text = JSON.stringify({ definition, votes });
        const swapped = definition.options.reduce(
          (all, option) => all.replaceAll(option, other(option)),
          text,
        );
        const named = JSON.parse(swapped) as Pick<Election, 'definition' | 'votes'>;
        const tally = countOptions(named.definition, named.votes, eligible, voteRule);
        expect(renamed(tally, other, definition.options)).toEqual(
          JSON.parse(JSON.stringify(countOptions(definition, votes, eligible, voteRule))),
        );
      }),
    );
  });

  it('counts each valid ballot once', () => {
    fc.assert(
      fc.property(anyRule, anyElection(method), (voteRule, { definition, votes, eligible }) => {
        const [first] = votes;
        const stranger = first ? [{ ...first, memberId: 'stranger' }] : [];
        const tally = countOptions(definition, [...votes, ...stranger, ...votes], eligible, voteRule);
        expect(tally.counted + tally.abstain).toBe(votes.length);
        expect(totals(tally)).toBe(totalsOf(definition, votes));
      }),
    );
  });

  it('knows its winners', () => {
    fc.assert(
      fc.property(anyRule, anyElection(method), (voteRule, { definition, votes, eligible }) => {
        const { winners, passed, quorumReached } = countOptions(definition, votes, eligible, voteRule);
        expect(new Set(winners).size).toBe(winners.length);
        for (const winner of winners) expect(definition.options).toContain(winner);
        if (method !== 'budget') expect(winners.length).toBeLessThanOrEqual(definition.seats ?? 1);
        if (passed) expect(quorumReached && winners.length > 0 && winners[0] !== 'status_quo').toBe(true);
      }),
    );
  });
});

/** What all ballots together add up to, as the count publishes it; null where something is struck. */
function totals(tally: OptionTally): number | null {
  const sum = (numbers: number[]) => numbers.reduce((all, one) => all + one, 0);
  switch (tally.method) {
    case 'approval':
      return sum(tally.detail.approvals.map(({ approvals }) => approvals));
    case 'score':
      return sum(tally.detail.sums.map((line) => line.sum));
    case 'schulze':
      return sum(tally.detail.pairwise.flat());
    case 'budget':
      return tally.detail.againstStatusQuo
        ? null
        : sum(tally.detail.allocation.map((line) => Number(line.sum)));
    case 'stv':
      return tally.detail.againstStatusQuo ? null : tally.detail.valid;
  }
}

/** The same from the ballots, one by one. */
function totalsOf(
  { method, options, unranked }: Definition,
  votes: readonly { vote: Vote }[],
): number | null {
  if ((method === 'budget' || method === 'stv') && options.includes('status_quo')) return null;
  let all = 0;
  for (const { vote } of votes) {
    if ('approve' in vote) all += vote.approve.length;
    if ('scores' in vote) for (const points of Object.values(vote.scores)) all += points;
    if ('amounts' in vote) all += 10;
    if ('ranking' in vote && method === 'stv') all += 1;
    if ('ranking' in vote && method === 'schulze') {
      const place = (option: string) => vote.ranking.findIndex((group) => group.includes(option));
      for (const a of options)
        for (const b of options) {
          const [first, second] = [place(a), place(b)];
          if (first >= 0 && (second < 0 ? unranked === 'implicit' : first < second)) all += 1;
        }
    }
  }
  return all;
}

/** A ballot that wants this option and nothing else. */
const only: Record<Exclude<Method, 'stv'>, (option: string, options: readonly string[]) => Vote> = {
  approval: (option) => ({ approve: [option] }),
  score: (option) => ({ scores: { [option]: 5 } }),
  schulze: (option, options) => ({ ranking: [[option], options.filter((other) => other !== option)] }),
  budget: (option) => ({ amounts: { [option]: 10 } }),
};

describe('a winner still wins', () => {
  it.each(['approval', 'score', 'schulze'] as const)(
    'by %s with one more ballot that wants nothing else',
    (method) => {
      fc.assert(
        fc.property(anyRule, anyElection(method), (voteRule, { definition, votes, eligible }) => {
          const count = (ballots: typeof votes) => countOptions(definition, ballots, eligible, voteRule);
          const before = count(votes);
          const [winner] = before.winners;
          fc.pre(winner !== undefined);
          const more = { memberId: 'last', vote: only[method](winner as string, definition.options) };
          const after = count([...votes, more]);
          expect(after.winners).toContain(winner);
          if (before.passed) expect(after.passed).toBe(true);
        }),
        { numRuns: 1000 },
      );
    },
  );

  it('by Schulze when a ballot that was cast moves it to the top', () => {
    const moved = anyElection('schulze').chain((election) => fc.tuple(fc.constant(election), fc.nat(13)));
    fc.assert(
      fc.property(anyRule, moved, (voteRule, [{ definition, votes, eligible }, which]) => {
        const count = (ballots: typeof votes) => countOptions(definition, ballots, eligible, voteRule);
        const [winner] = count(votes).winners;
        const ballot = votes[which];
        fc.pre(winner !== undefined && ballot !== undefined && 'ranking' in ballot.vote);
        const changed = votes.map(({ memberId, vote }, i) => {
          if (i !== which || !('ranking' in vote)) return { memberId, vote };
          const rest = vote.ranking.map((group) => group.filter((option) => option !== winner));
          return {
            memberId,
            vote: { ranking: [[winner as string], ...rest.filter((group) => group.length > 0)] },
          };
        });
        expect(count(changed).winners[0]).toBe(winner);
      }),
      { numRuns: 1000 },
    );
  });

  it('and is given no less of a budget with one more ballot for it alone', () => {
    fc.assert(
      fc.property(anyElection('budget'), ({ definition, votes, eligible }) => {
        fc.pre(!definition.options.includes('status_quo'));
        const given = (ballots: typeof votes) => {
          const tally = countOptions(definition, ballots, eligible, rule);
          if (tally.method !== 'budget') throw new Error(tally.method);
          const amounts = tally.detail.allocation.map(({ amount }) => amount);
          if (tally.counted > 0) expect(amounts.reduce((sum, amount) => sum + amount, 0)).toBe(10);
          return amounts;
        };
        definition.options.forEach((option, i) => {
          const more = { memberId: 'last', vote: only.budget(option, definition.options) };
          expect(given([...votes, more])[i]).toBeGreaterThanOrEqual(given(votes)[i] as number);
        });
      }),
    );
  });
});

describe('Schulze against its definition', () => {
  it('counts each duel ballot by ballot, however many options there are', () => {
    const election = fc.integer({ min: 1, max: 30 }).chain((size) => {
      const options = Array.from({ length: size }, (_, i) => `option-${i}`);
      return fc.record({
        options: fc.constant(options),
        unranked: fc.constantFrom('implicit' as const, 'explicit' as const),
        papers: fc.array(
          fc.record({ vote: anyBallot('schulze', options), count: fc.integer({ min: 1, max: 9 }) }),
          {
            maxLength: 12,
          },
        ),
      });
    });
    fc.assert(
      fc.property(election, ({ options, unranked, papers }) => {
        const result = countPapers(define('schulze', options, { unranked }), papers);
        if (result.method !== 'schulze') throw new Error(result.method);
        const above = (vote: Vote, a: string, b: string) => {
          const place = (option: string) =>
            'ranking' in vote ? vote.ranking.findIndex((group) => group.includes(option)) : -1;
          const [first, second] = [place(a), place(b)];
          return first >= 0 && (second < 0 ? unranked === 'implicit' : first < second);
        };
        const duels = options.map((a) =>
          options.map((b) =>
            papers.reduce((sum, { vote, count }) => sum + (above(vote, a, b) ? count : 0), 0),
          ),
        );
        expect(result.detail.pairwise).toEqual(duels);
      }),
    );
  });

  it('publishes the strongest of all paths, in winning votes', () => {
    fc.assert(
      fc.property(anyElection('schulze'), ({ definition, votes }) => {
        const result = countPapers(definition, votes);
        if (result.method !== 'schulze') throw new Error(result.method);
        const { options, pairwise, strengths, order } = result.detail;
        const at = (matrix: number[][], a: number, b: number) => matrix[a]?.[b] as number;
        const step = (a: number, b: number) =>
          at(pairwise, a, b) > at(pairwise, b, a) ? at(pairwise, a, b) : 0;
        /** every path that visits nothing twice */
        const strongest = (from: number, to: number, seen: number[]): number =>
          options.reduce((best, _, next) => {
            if (seen.includes(next)) return best;
            const rest = next === to ? Number.POSITIVE_INFINITY : strongest(next, to, [...seen, next]);
            return Math.max(best, Math.min(step(from, next), rest));
          }, 0);
        options.forEach((_, a) => {
          options.forEach((__, b) => {
            if (a !== b) expect(at(strengths, a, b)).toBe(strongest(a, b, [a]));
          });
        });
        order.forEach((first, i) => {
          for (const later of order.slice(i + 1)) {
            const [a, b] = [options.indexOf(first), options.indexOf(later)];
            expect(at(strengths, a, b)).toBeGreaterThanOrEqual(at(strengths, b, a));
          }
        });
      }),
    );
  });
});
