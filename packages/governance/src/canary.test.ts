import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fewestJobs, inCanary, judged, perThousand } from './canary.ts';

const terms = { percent: 10, hours: 24, measure: 'refused_per_thousand', revertAbove: 50 } as const;

test('about the voted part of all jobs runs under a change on trial, and the same job always does', () => {
  const ids = Array.from({ length: 20_000 }, (_, n) => `job-${n}`);
  const share = ids.filter((id) => inCanary(id, 10)).length / ids.length;
  expect(share).toBeGreaterThan(0.09);
  expect(share).toBeLessThan(0.11);
  fc.assert(
    fc.property(fc.string(), fc.integer({ min: 1, max: 49 }), (id, percent) => {
      // A job in a small trial is in every larger one.
      if (inCanary(id, percent)) expect(inCanary(id, percent + 1)).toBe(true);
    }),
  );
});

describe('a trial', () => {
  const measured = (jobs: number, refused: number) => ({ jobs, refused, failed: 0 });

  test.each([
    ['goes on while little is known', measured(fewestJobs - 1, fewestJobs - 1), false, 'runs'],
    ['ends early when its measure is too high', measured(fewestJobs, 2), false, 'reverted'],
    ['goes on at exactly what the vote allows', measured(40, 2), false, 'runs'],
    ['ends well at exactly what the vote allows', measured(40, 2), true, 'enacted'],
    ['ends badly above it, however few ran', measured(1, 1), true, 'reverted'],
    ['ends well when nobody ran anything', measured(0, 0), true, 'enacted'],
  ] as const)('%s', (_, jobs, over, verdict) => {
    expect(judged(terms, jobs, over)).toBe(verdict);
  });

  test('is measured by what its vote named', () => {
    const both = { jobs: 100, refused: 7, failed: 9 };
    expect(perThousand(terms, both)).toBe(70);
    expect(perThousand({ ...terms, measure: 'failed_per_thousand' }, both)).toBe(90);
  });
});
