import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { estimateSeconds, queueOrder, type Served, type Waiting } from './dispatch.ts';

const clip = (id: string, memberId: string, queuedAt: number): Waiting => ({ id, memberId, queuedAt });

describe('fair dispatch', () => {
  it('serves the member with the least GPU time, however late they came', () => {
    const served = new Map<string, Served>([['heron', { gpuMs: 9_000, lastServedAt: 5 }]]);
    const order = queueOrder(
      [clip('a', 'heron', 1), clip('b', 'heron', 2), clip('c', 'nacht', 3)],
      served,
      10_000,
    );
    expect(order.map(({ id }) => id)).toEqual(['c', 'a', 'b']);
  });

  it('takes turns between equals, least recently served first', () => {
    const served = new Map<string, Served>([
      ['heron', { gpuMs: 0, lastServedAt: 9 }],
      ['nacht', { gpuMs: 0, lastServedAt: 4 }],
    ]);
    const waiting = [
      clip('a', 'heron', 1),
      clip('b', 'heron', 2),
      clip('c', 'nacht', 3),
      clip('d', 'nacht', 4),
    ];
    expect(queueOrder(waiting, served, 8_000).map(({ id }) => id)).toEqual(['c', 'a', 'd', 'b']);
  });

  it('counts what a fine-tune takes against its member, and lets others go first', () => {
    const teaching: Waiting = { ...clip('t', 'heron', 1), costMs: 180_000 };
    const waiting = [teaching, clip('b', 'heron', 2), clip('c', 'nacht', 3), clip('d', 'nacht', 4)];
    expect(queueOrder(waiting, new Map(), 8_000).map(({ id }) => id)).toEqual(['t', 'c', 'd', 'b']);
  });

  it('serves every clip once and keeps a member’s own order', () => {
    const anyClip = fc.record({
      memberId: fc.constantFrom('heron', 'nacht', 'iris'),
      queuedAt: fc.integer({ min: 0, max: 9 }),
    });
    fc.assert(
      fc.property(fc.array(anyClip, { maxLength: 30 }), (clips) => {
        const waiting = clips.map((one, index) => clip(`${index + 10}`, one.memberId, one.queuedAt));
        const order = queueOrder(waiting, new Map(), 1_000);
        expect([...order].map(({ id }) => id).sort()).toEqual(waiting.map(({ id }) => id).sort());
        for (const member of ['heron', 'nacht', 'iris']) {
          const own = order.filter(({ memberId }) => memberId === member).map(({ queuedAt }) => queuedAt);
          expect(own).toEqual([...own].sort((a, b) => a - b));
        }
      }),
    );
  });

  it('estimates by lanes', () => {
    expect(estimateSeconds(1, 0, 1, 8_000)).toBe(8);
    expect(estimateSeconds(3, 1, 2, 8_000)).toBe(16);
    expect(estimateSeconds(1, 0, 0, 8_500)).toBe(9);
    expect(estimateSeconds(1, 0, 2, 8_000, 172_000)).toBe(94);
  });
});
