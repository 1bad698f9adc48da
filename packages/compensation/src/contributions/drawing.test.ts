import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { appealVerdict } from './appeal.ts';
import { type EarlierDraw, EarlierDraws, reviewersOf } from './drawing.ts';
import { agreedDuplicate, type Found, firstLine, laterAmount, mayCallLater } from './finding.ts';

const members = (count: number) =>
  Array.from({ length: count }, (_, at) => `m${String(at).padStart(3, '0')}`);
const rule = { seats: 5, needed: 2 };
const seedOf = (n: number) => n.toString(16).padStart(64, '0');

describe('reviewers', () => {
  /** A call in which these members hand in one piece after the other. */
  const run = (authors: readonly string[], candidates: readonly string[]) => {
    const draws: EarlierDraw[] = [];
    const earlier = new EarlierDraws();
    for (const [at, authorId] of authors.entries()) {
      const panel = reviewersOf({ id: `p${at}`, authorId }, candidates, rule, earlier, seedOf(at));
      draws.push({ authorId, panel });
      earlier.push({ authorId, panel });
    }
    return draws;
  };
  const authors = fc
    .array(fc.nat(19), { maxLength: 60 })
    .map((all) => all.map((at) => members(20)[at] ?? ''));

  it('are others than the author, no one twice, and the same for whoever draws again', () => {
    fc.assert(
      fc.property(authors, (all) => {
        const draws = run(all, members(20));
        for (const { authorId, panel } of draws) {
          expect(panel).not.toContain(authorId);
          expect(new Set(panel).size).toBe(panel.length);
          expect(panel.length).toBeLessThanOrEqual(rule.seats);
        }
        expect(run(all, members(20))).toEqual(draws);
      }),
    );
  });

  it('are asked in turn: nobody twice as often as somebody who could have been asked as well', () => {
    const draws = run(
      Array.from({ length: 200 }, (_, at) => members(300)[at] ?? ''),
      members(300),
    );
    const asked = new Map<string, number>();
    for (const { panel } of draws) for (const one of panel) asked.set(one, (asked.get(one) ?? 0) + 1);
    expect(draws.every(({ panel }) => panel.length === rule.seats)).toBe(true);
    // 1,000 seats among 300 members.
    expect(Math.max(...asked.values())).toBeLessThanOrEqual(5);
    expect(asked.size).toBe(300);
  });

  it('never judge each other while enough others are there', () => {
    fc.assert(
      fc.property(authors, (all) => {
        const draws = run(all, members(20));
        for (const [at, { authorId, panel }] of draws.entries()) {
          const earlier = draws.slice(0, at);
          const judgedBy = new Set(
            earlier.filter((one) => one.panel.includes(authorId)).map((one) => one.authorId),
          );
          const mutual = panel.filter((one) => judgedBy.has(one));
          const others = members(20).filter((one) => one !== authorId && !judgedBy.has(one));
          if (others.length >= rule.needed) expect(mutual).toEqual([]);
          else expect(panel.length).toBe(Math.min(rule.needed, 19));
        }
      }),
    );
  });

  it('of three members are the two others', () => {
    const none = new EarlierDraws();
    const panel = reviewersOf({ id: 'p', authorId: 'ko' }, ['heron', 'iris', 'ko'], rule, none, seedOf(1));
    expect(panel.sort()).toEqual(['heron', 'iris']);
    const mutual = new EarlierDraws([{ authorId: 'heron', panel: ['iris', 'ko'] }]);
    const again = reviewersOf({ id: 'q', authorId: 'ko' }, ['heron', 'iris', 'ko'], rule, mutual, seedOf(2));
    expect(again.sort()).toEqual(['heron', 'iris']);
    expect(reviewersOf({ id: 'p', authorId: 'ko' }, ['ko'], rule, none, seedOf(1))).toEqual([]);
  });
});

describe('a later finding', () => {
  const at = (hour: number) => new Date(Date.UTC(2026, 2, 1, hour));
  const first: Found = {
    ...{ id: 'a', callId: 'c', kind: 'bug', authorId: 'iris' },
    ...{ foundAt: at(1), submittedAt: at(3), decidedAt: null, state: 'waiting' },
  };
  const second: Found = { ...first, id: 'b', authorId: 'ko', foundAt: at(2), submittedAt: at(2) };

  it('is one of another member, found later and handed in before the first was open', () => {
    expect(mayCallLater(second, first)).toEqual({ ok: true });
    expect(mayCallLater(second, { ...first, decidedAt: at(4), state: 'accepted' })).toEqual({ ok: true });
  });

  const rows: [string, Partial<Found>, Partial<Found> | null][] = [
    ['not_a_finding', { kind: 'critique' }, { kind: 'critique' }],
    ['duplicate_unknown', {}, null],
    ['duplicate_unknown', {}, { id: 'b' }],
    ['duplicate_unknown', {}, { callId: 'd' }],
    ['duplicate_unknown', {}, { kind: 'red-team' }],
    ['duplicate_unknown', {}, { authorId: 'ko' }],
    ['duplicate_unknown', {}, { state: 'rejected' }],
    ['duplicate_not_earlier', {}, { foundAt: at(2) }],
    ['not_independent', {}, { decidedAt: at(2), state: 'accepted' }],
  ];
  it.each(rows)('%s: %o, %o', (code, later, earlier) => {
    const named = earlier && { ...first, ...earlier };
    expect(mayCallLater({ ...second, ...later }, named)).toEqual({ ok: false, code });
  });

  it('is one when more than half of those who accept say of which', () => {
    const say = (...named: (string | null)[]) =>
      agreedDuplicate(named.map((duplicateOf) => ({ duplicateOf })));
    expect([say('a', 'a'), say('a', null), say('a', 'b'), say('a', 'a', null), say(), say(null)]).toEqual([
      'a',
      null,
      null,
      'a',
      null,
      null,
    ]);
  });

  it('is paid its share, begun minor units in full, never more than the whole', () => {
    expect(laterAmount(3001n, { numerator: 1, denominator: 2 })).toBe(1501n);
    expect(laterAmount(3000n, null)).toBe(3000n);
    fc.assert(
      fc.property(
        fc.bigInt(0n, 10n ** 12n),
        fc.nat(1000),
        fc.integer({ min: 1, max: 1000 }),
        (amount, n, d) => {
          const paid = laterAmount(amount, { numerator: Math.min(n, d), denominator: d });
          expect(paid >= 0n && paid <= amount).toBe(true);
        },
      ),
    );
  });

  it('is claimed by its first line', () => {
    expect(firstLine('  Frame 9 repeats. \n\nMore of it.')).toBe('Frame 9 repeats.');
  });
});

describe('an appeal', () => {
  const panel = ['a', 'b', 'c'];
  const said = (votes: string) =>
    [...votes].map((one, at) => {
      return { memberId: panel[at] ?? '', verdict: one === '+' ? ('accept' as const) : ('reject' as const) };
    });
  it.each([
    ['', false, null],
    ['+', false, null],
    ['++', false, 'accepted'],
    ['--', false, 'rejected'],
    ['+-', false, null],
    ['+--', false, 'rejected'],
    ['', true, 'accepted'],
    ['-', true, 'rejected'],
    ['+-', true, 'accepted'],
  ] as const)('of which a panel of three says “%s”, over: %s, is %s', (votes, over, verdict) => {
    expect(appealVerdict(panel, said(votes), over)).toBe(verdict);
  });
  it('that nobody can hear is accepted', () => {
    expect(appealVerdict([], [], false)).toBe('accepted');
  });
});
