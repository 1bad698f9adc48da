import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CastContent, type Counting, countVote, isYesNo, quorumReached } from './counts.ts';
import { genesisPolicy } from './genesis.ts';
import type { Definition } from './methods/types.ts';
import type { OptionVote } from './options.ts';
import type { VoteRule } from './policy.ts';
import { type Choice, choices, tallyYesNo } from './tally.ts';

const { policy } = (await genesisPolicy()).voting.kinds;
const people = ['heron', 'iris', 'ko', 'moss', 'nacht', 'salt'];
const says = (said: Record<string, Choice>): CastContent[] =>
  Object.entries(said).map(([memberId, choice]) => ({ memberId, choice, vote: null }));
const ranks = (said: Record<string, OptionVote>): CastContent[] =>
  Object.entries(said).map(([memberId, vote]) => ({ memberId, choice: null, vote }));
const counting = (more: Partial<Counting>): Counting => ({
  definition: null,
  ballots: [],
  delegations: [],
  eligible: people,
  rule: policy,
  affected: null,
  ...more,
});
const schulze: Definition = {
  method: 'schulze',
  options: ['status_quo', 'original', 'o1'],
  unranked: 'implicit',
};

describe('a count', () => {
  it('by yes and no, of nobody’s but one’s own voice, is the tally and nothing else', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom(...people), fc.constantFrom(...choices))), (cast) => {
        const ballots = cast.map(([memberId, choice]) => ({ memberId, choice, vote: null }));
        const last = [...new Map(ballots.map((ballot) => [ballot.memberId, ballot])).values()];
        const tally = tallyYesNo(last, people, policy);
        const outcome = tally.passed ? 'passed' : tally.quorumReached ? 'rejected' : 'lapsed';
        expect(countVote(counting({ ballots: last }))).toEqual({ count: tally, outcome, winners: null });
      }),
    );
  });

  it('adds the voices handed on to whoever voted, and says how many', () => {
    const delegations = [
      { from: 'nacht', to: 'moss' },
      { from: 'moss', to: 'iris' },
      { from: 'ko', to: 'iris' },
      { from: 'heron', to: 'salt' },
    ];
    const asked = counting({ ballots: says({ iris: 'yes', ko: 'no' }), delegations });
    const { count, outcome } = countVote(asked);
    expect(count).toMatchObject({ yes: 3, no: 1, represented: 2, passed: true });
    expect(count.words).toMatch(/; 2 of these voices given through somebody else$/);
    expect([outcome, quorumReached(asked)]).toEqual(['passed', true]);
    expect(quorumReached({ ...asked, delegations: [] })).toBe(false);
  });

  it('among options names the winner; the status quo wins nothing', () => {
    const top = (first: string): OptionVote => ({ ranking: [[first]] });
    const won = countVote(
      counting({
        definition: schulze,
        ballots: ranks({ iris: top('o1'), ko: top('o1'), moss: top('original') }),
      }),
    );
    expect([won.outcome, won.winners, isYesNo(won.count)]).toEqual(['passed', ['o1'], false]);
    const kept = countVote(
      counting({
        definition: schulze,
        ballots: ranks({ iris: top('status_quo'), ko: top('status_quo'), moss: top('o1') }),
      }),
    );
    expect([kept.outcome, kept.winners]).toEqual(['rejected', ['status_quo']]);
    const few = countVote(counting({ definition: schulze, ballots: ranks({ iris: top('o1') }) }));
    expect([few.outcome, few.winners]).toEqual(['lapsed', null]);
  });
});

describe('the majority of the affected', () => {
  const half = { numerator: 1, denominator: 2, of: 'yes_and_no', strict: true } as const;
  const rule: VoteRule = { ...policy, affected: { roles: ['reviewer'], threshold: half } };
  const affected = { roles: ['reviewer'], eligible: ['moss', 'salt'] };

  it.each<[string, Record<string, Choice>, boolean]>([
    ['with theirs', { heron: 'yes', iris: 'yes', ko: 'yes', moss: 'yes', salt: 'abstain' }, true],
    ['not against theirs', { heron: 'yes', iris: 'yes', ko: 'yes', moss: 'no' }, false],
    ['not without them', { heron: 'yes', iris: 'yes', ko: 'yes' }, false],
    ['not with theirs alone', { heron: 'no', iris: 'no', ko: 'no', moss: 'yes', salt: 'yes' }, false],
  ])('a vote passes %s', (_, said, passes) => {
    const { count, outcome } = countVote(counting({ ballots: says(said), rule, affected }));
    expect(count.passed).toBe(passes);
    expect(outcome).toBe(passes ? 'passed' : 'rejected');
    expect(count.words.endsWith(passes ? '; passed' : '; not passed')).toBe(true);
  });

  it('is named in words, and waived where nobody is affected', () => {
    const ballots = says({ heron: 'yes', iris: 'yes', ko: 'yes', moss: 'no' });
    expect(countVote(counting({ ballots, rule, affected })).count).toMatchObject({
      affected: { roles: ['reviewer'], eligible: 2, yes: 0, no: 1, abstain: 0, reached: false },
      words: expect.stringMatching(
        /among the 2 with the role reviewer 0 yes, 1 no, 0 abstain, needed more than 1\/2: not reached; not passed$/,
      ),
    });
    const none = countVote(counting({ ballots, rule, affected: { roles: ['reviewer'], eligible: [] } }));
    expect(none.count).toMatchObject({ passed: true, affected: { eligible: 0, reached: true } });
    expect(none.count.words).toMatch(
      /nobody who may vote holds the role reviewer: their own majority is waived; passed$/,
    );
  });

  it('among options is between the winner and leaving things as they are', () => {
    const asked = (moss: OptionVote, salt: OptionVote) =>
      countVote(
        counting({
          definition: schulze,
          ballots: ranks({
            heron: { ranking: [['o1']] },
            iris: { ranking: [['o1']] },
            ko: { ranking: [['o1']] },
            moss,
            salt,
          }),
          rule,
          affected,
        }),
      );
    const [prefers, refuses] = [{ ranking: [['original'], ['o1']] }, { ranking: [['status_quo']] }];
    expect(asked(prefers, { abstain: true }).outcome).toBe('passed');
    expect(asked(prefers, refuses)).toMatchObject({
      outcome: 'rejected',
      count: { affected: { yes: 1, no: 1, abstain: 0 } },
    });
  });

  it('is nobody’s in an election, which leaves nothing as it is', () => {
    const stv: Definition = { method: 'stv', options: ['o1'], unranked: 'implicit', seats: 1 };
    const ballots = ranks({
      heron: { ranking: [['o1']] },
      iris: { ranking: [['o1']] },
      ko: { ranking: [['o1']] },
    });
    const { count, outcome } = countVote(counting({ definition: stv, ballots, rule, affected }));
    expect(outcome).toBe('passed');
    expect(count).not.toHaveProperty('affected');
  });
});
