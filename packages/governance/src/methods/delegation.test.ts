import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Delegation, representedBallots } from './delegation.ts';

const members = ['heron', 'iris', 'ko', 'moss', 'nacht', 'salt'];
const arrows = (...pairs: string[]): Delegation[] =>
  pairs.map((pair) => {
    const [from = '', to = ''] = pair.split('>');
    return { from, to };
  });
const seen = (delegations: Delegation[], voters: string[], eligible = members) =>
  representedBallots(
    delegations,
    voters.map((memberId) => ({ memberId, choice: memberId })),
    eligible,
  ).map(
    ({ memberId, choice, via }) => `${memberId}: ${choice}${via.length > 0 ? ` via ${via.join(', ')}` : ''}`,
  );

describe('voices handed on', () => {
  it('go along the chain to the first who votes', () => {
    expect(seen(arrows('iris>ko', 'ko>moss', 'moss>heron'), ['moss', 'heron'])).toEqual([
      'heron: heron',
      'iris: moss via ko, moss',
      'ko: moss via moss',
      'moss: moss',
    ]);
  });

  it('stay with whoever votes', () => {
    expect(seen(arrows('iris>ko'), ['iris', 'ko'])).toEqual(['iris: iris', 'ko: ko']);
  });

  it('are nobody’s in a ring, and in front of one', () => {
    expect(seen(arrows('iris>ko', 'ko>moss', 'moss>ko', 'salt>salt'), ['heron'])).toEqual(['heron: heron']);
  });

  it('pass a ring in which somebody votes', () => {
    expect(seen(arrows('iris>ko', 'ko>iris'), ['ko'])).toEqual(['iris: ko via ko', 'ko: ko']);
  });

  it('end at one who may not vote here, voted or not', () => {
    const eligible = ['heron', 'iris', 'salt'];
    expect(seen(arrows('iris>ko', 'ko>heron', 'salt>ko'), ['ko', 'heron'], eligible)).toEqual([
      'heron: heron',
    ]);
  });

  it('go where the last of several delegations says', () => {
    expect(seen(arrows('iris>ko', 'iris>moss'), ['ko', 'moss'])).toContain('iris: moss via moss');
  });
});

describe('any graph of delegations', () => {
  const one = fc.constantFrom(...members);
  const graph = fc.record({
    delegations: fc.array(fc.record({ from: one, to: one }), { maxLength: 12 }),
    voters: fc.uniqueArray(one),
    eligible: fc.uniqueArray(one),
  });

  it('ends; nobody counts twice, and whoever votes counts as they voted', () => {
    fc.assert(
      fc.property(graph, ({ delegations, voters, eligible }) => {
        const ballots = voters.map((memberId) => ({ memberId }));
        const represented = representedBallots(delegations, ballots, eligible);
        const ids = represented.map(({ memberId }) => memberId);
        expect(new Set(ids).size).toBe(ids.length);
        for (const { memberId, via } of represented) {
          expect(eligible).toContain(memberId);
          expect(via.length === 0).toBe(voters.includes(memberId));
          if (via.length > 0) expect(voters).toContain(via.at(-1));
        }
        for (const voter of voters) if (eligible.includes(voter)) expect(ids).toContain(voter);
      }),
    );
  });

  it('represents nobody who stands in a ring without a voter', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(members, { minLength: 1 }), (ring) => {
        const delegations = ring.map((from, i) => ({ from, to: ring[(i + 1) % ring.length] as string }));
        const outside = members.filter((member) => !ring.includes(member));
        const into = outside.map((from) => ({ from, to: ring[0] as string }));
        expect(representedBallots([...delegations, ...into], [], members)).toEqual([]);
        const [voter = ''] = ring;
        const all = representedBallots([...delegations, ...into], [{ memberId: voter }], members);
        expect(all).toHaveLength(members.length);
      }),
    );
  });
});
