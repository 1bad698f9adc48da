import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { genesisPolicy } from './genesis.ts';
import type { VoteRule } from './policy.ts';
import { type Ballot, type Choice, choices, countedBallots, tallyYesNo } from './tally.ts';

const genesis = await genesisPolicy();
const { safeguard, policy } = genesis.voting.kinds;

const people = (n: number) => Array.from({ length: n }, (_, i) => `member-${String(i).padStart(3, '0')}`);
/** The first members vote yes, the next no, the next abstain. */
function cast(yes: number, no: number, abstain: number): Ballot[] {
  const choice = (i: number): Choice => (i < yes ? 'yes' : i < yes + no ? 'no' : 'abstain');
  return people(yes + no + abstain).map((memberId, i) => ({ memberId, choice: choice(i) }));
}

describe('a yes/no vote', () => {
  const strictQuorum: VoteRule = { ...safeguard, quorum: { ...safeguard.quorum, strict: true } };
  const ofCast: VoteRule = { ...safeguard, threshold: { ...safeguard.threshold, of: 'cast' } };
  const ofAll: VoteRule = { ...policy, threshold: { ...policy.threshold, of: 'eligible' } };
  const noBlanks: VoteRule = { ...safeguard, abstentions: 'ignored' };
  const five: VoteRule = { ...safeguard, quorum: { ...safeguard.quorum, atLeast: 5 } };
  const free: VoteRule = { ...safeguard, threshold: { ...safeguard.threshold, numerator: 0, strict: false } };
  // rule, yes, no, abstain, eligible → quorum, threshold
  const rows: [string, VoteRule, number, number, number, number, boolean, boolean][] = [
    ['2 of 3 say yes', safeguard, 2, 0, 0, 3, true, true],
    ['half takes part', safeguard, 1, 0, 1, 4, true, true],
    ['half is not more than half', strictQuorum, 1, 0, 1, 4, false, true],
    ['one short of the quorum', safeguard, 2, 0, 0, 5, false, true],
    ['a tie is no majority', safeguard, 2, 2, 0, 4, true, false],
    ['blank votes make the quorum', safeguard, 1, 0, 2, 5, true, true],
    ['blank votes left out', noBlanks, 1, 0, 2, 5, false, true],
    ['blank votes weigh against where all ballots count', ofCast, 1, 0, 2, 3, true, false],
    ['exactly two thirds', policy, 2, 1, 0, 3, true, true],
    ['just under two thirds', policy, 199, 100, 0, 300, true, false],
    ['two thirds of everybody', ofAll, 2, 0, 0, 3, true, true],
    ['too few of everybody', ofAll, 3, 0, 0, 5, true, false],
    ['the absolute minimum', five, 4, 0, 0, 4, false, true],
    ['nobody votes', safeguard, 0, 0, 0, 3, false, false],
    ['nobody says yes', free, 0, 3, 0, 3, true, false],
    ['nobody is there', safeguard, 0, 0, 0, 0, false, false],
  ];
  it.each(rows)('%s', (_, rule, yes, no, abstain, eligible, quorumReached, thresholdReached) => {
    const tally = tallyYesNo(cast(yes, no, abstain), people(eligible), rule);
    const passed = quorumReached && thresholdReached;
    expect(tally).toMatchObject({ yes, no, abstain, eligible, quorumReached, thresholdReached, passed });
  });

  it('says the count and the rule in words', () => {
    expect(tallyYesNo(cast(2, 0, 0), people(3), safeguard).words).toBe(
      '2 yes, 0 no, 0 abstain, 3 eligible; quorum 1/2 of eligible: 2 of 3 took part, reached; needed more than 1/2 of yes and no: 2 of 2, reached; passed',
    );
    expect(
      tallyYesNo(cast(1, 1, 1), people(9), { ...policy, quorum: five.quorum, abstentions: 'ignored' }).words,
    ).toBe(
      '1 yes, 1 no, 1 abstain, 9 eligible; quorum 1/2 of eligible and at least 5: 2 of 9 took part, blank votes left out, not reached; needed at least 2/3 of yes and no: 1 of 2, not reached; not passed',
    );
  });

  it('counts the last ballot of each eligible member and nobody else', () => {
    const ballots: Ballot[] = [
      { memberId: 'heron', choice: 'no' },
      { memberId: 'stranger', choice: 'yes' },
      { memberId: 'ko', choice: 'yes' },
      { memberId: 'heron', choice: 'yes' },
    ];
    expect(countedBallots(ballots, ['ko', 'heron', 'iris'])).toEqual([
      { memberId: 'heron', choice: 'yes' },
      { memberId: 'ko', choice: 'yes' },
    ]);
  });
});

const fraction = fc.integer({ min: 1, max: 20 }).chain((denominator) =>
  fc.record({
    numerator: fc.integer({ min: 0, max: denominator }),
    denominator: fc.constant(denominator),
    strict: fc.boolean(),
  }),
);
const anyRule: fc.Arbitrary<VoteRule> = fc
  .record({
    quorum: fraction,
    threshold: fraction,
    of: fc.constantFrom('yes_and_no' as const, 'cast' as const, 'eligible' as const),
    abstentions: fc.constantFrom('count_for_quorum' as const, 'ignored' as const),
  })
  .map(({ quorum, threshold, of, abstentions }) => ({
    ...safeguard,
    quorum: { ...quorum, of: 'eligible', atLeast: 0 },
    threshold: { ...threshold, of },
    abstentions,
  }));
/** One ballot a member, for some of the eligible. */
const anyVote = fc
  .array(fc.option(fc.constantFrom(...choices), { nil: null }), { maxLength: 40 })
  .map((picks) => ({
    eligible: people(picks.length),
    ballots: picks.flatMap((choice, i) =>
      choice ? [{ memberId: people(picks.length)[i] as string, choice }] : [],
    ),
  }));

describe('any yes/no vote', () => {
  it('comes out the same in any order of ballots', () => {
    fc.assert(
      fc.property(
        anyRule,
        anyVote.chain((vote) =>
          fc.tuple(fc.constant(vote), fc.shuffledSubarray(vote.ballots, { minLength: vote.ballots.length })),
        ),
        (rule, [vote, shuffled]) => {
          expect(tallyYesNo(shuffled, vote.eligible, rule)).toEqual(
            tallyYesNo(vote.ballots, vote.eligible, rule),
          );
        },
      ),
    );
  });

  it('counts each valid ballot once', () => {
    fc.assert(
      fc.property(anyRule, anyVote, (rule, { ballots, eligible }) => {
        const tally = tallyYesNo(
          [...ballots, ...ballots, { memberId: 'stranger', choice: 'yes' }],
          eligible,
          rule,
        );
        expect(tally.yes + tally.no + tally.abstain).toBe(ballots.length);
      }),
    );
  });

  it('that passed still passes when a no turns into a yes', () => {
    fc.assert(
      fc.property(anyRule, anyVote, (rule, { ballots, eligible }) => {
        fc.pre(tallyYesNo(ballots, eligible, rule).passed);
        const at = ballots.findIndex((ballot) => ballot.choice === 'no');
        fc.pre(at >= 0);
        const turned = ballots.map((ballot, i): Ballot => (i === at ? { ...ballot, choice: 'yes' } : ballot));
        expect(tallyYesNo(turned, eligible, rule).passed).toBe(true);
      }),
    );
  });

  it('that passed still passes when one more says yes', () => {
    fc.assert(
      fc.property(anyRule, anyVote, (rule, { ballots, eligible }) => {
        fc.pre(tallyYesNo(ballots, eligible, rule).passed);
        const silent = eligible.find((memberId) => !ballots.some((ballot) => ballot.memberId === memberId));
        fc.pre(silent !== undefined);
        const more: Ballot[] = [...ballots, { memberId: silent as string, choice: 'yes' }];
        expect(tallyYesNo(more, eligible, rule).passed).toBe(true);
      }),
    );
  });
});
