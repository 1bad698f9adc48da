import { describe, expect, it } from 'vitest';
import { afterEnd, type LeaseFacts, standingOf } from './lease.ts';

const lease = (facts: Partial<LeaseFacts> = {}): LeaseFacts => ({
  workerId: 'w1',
  end: null,
  latest: true,
  ...facts,
});

describe('a lease', () => {
  it.each<[string, LeaseFacts, string, boolean]>([
    ['running', lease(), 'w1', false],
    ['completed', lease({ end: 'completed' }), 'w1', false],
    ['revivable', lease({ end: 'lapsed' }), 'w1', true],
    ['lease_lapsed', lease({ end: 'lapsed' }), 'w1', false],
    ['lease_lapsed', lease({ end: 'lapsed', latest: false }), 'w1', true],
    ['lease_lapsed', lease({ end: 'failed' }), 'w1', true],
    ['lease_lapsed', lease({ end: 'returned' }), 'w1', true],
    ['lease_not_yours', lease(), 'w2', false],
    ['lease_not_yours', lease({ end: 'completed' }), 'w2', false],
  ])('%s', (expected, facts, worker, waiting) => {
    const standing = standingOf(facts, worker, waiting);
    expect(standing.ok ? standing.state : standing.code).toBe(expected);
  });

  it('goes back to the queue twice, then fails', () => {
    expect([1, 2, 3].map((failures) => afterEnd(failures, 0))).toEqual(['waiting', 'waiting', 'failed']);
    expect([1, 9, 10].map((lapses) => afterEnd(0, lapses))).toEqual(['waiting', 'waiting', 'failed']);
  });
});
