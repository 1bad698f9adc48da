import { expect, test } from 'vitest';
import { at, chapters, type Json, patched, proseDiff } from './policy.ts';

const money = (minor: string): string => `${minor} cents`;
const document: Record<string, Json> = {
  format: 'uncaged-policy/1',
  roles: { member: { about: 'Whoever joined.', may: ['vote', 'fly'] } },
  safeguards: {},
  compensation: { rates: { bug: 2500, experiment: 2500 }, reviewDays: 7 },
  weather: { rain: [1, 2] },
};
const told = (of: Record<string, Json>) => chapters(of, money).flatMap((chapter) => chapter.clauses);

test('what the policy says is said, and what it does not say is not', () => {
  const clauses = told(document);
  expect(clauses.find((clause) => clause.path === '/roles/member')?.text).toBe(
    'Member. Whoever joined. May vote and fly.',
  );
  expect(clauses.find((clause) => clause.path === '/compensation/rates/experiment')?.text).toMatch(
    /^An experiment/,
  );
  expect(clauses.every((clause) => at(document, clause.path) !== undefined)).toBe(true);
});

test('a clause that no sentence knows is still listed', () => {
  expect(told(document).map((clause) => clause.text)).toContain('weather, rain: [1,2].');
});

test('a patch is put on a copy, and leads nowhere where it finds nothing', () => {
  const add = { op: 'add', path: '/weather/rain/-', value: 3 };
  expect(at(patched(document, [add]) ?? null, '/weather/rain')).toEqual([1, 2, 3]);
  const moved = patched(document, [{ op: 'move', from: '/weather/rain/0', path: '/weather/first' }]);
  expect(moved).toMatchObject({ weather: { rain: [2], first: 1 } });
  expect(document.weather).toEqual({ rain: [1, 2] });
  expect(patched(document, [{ op: 'remove', path: '/snow' }])).toBeNull();
  expect(patched(document, [{ op: 'test', path: '/compensation/reviewDays', value: 8 }])).toBeNull();
});

test('what differs is said in sentences, old and new', () => {
  const after = patched(document, [{ op: 'replace', path: '/compensation/rates/bug', value: 3000 }]) ?? null;
  expect(proseDiff(document, after, money)).toEqual([
    {
      path: '/compensation/rates/bug',
      before: expect.stringContaining('2500 cents'),
      after: expect.stringContaining('3000 cents'),
    },
  ]);
  expect(proseDiff(document, document, money)).toEqual([]);
});

test('a pointer goes through escaped keys and lists, and ends quietly in nothing', () => {
  const tree: Json = { 'a/b': [{ '~': 1 }] };
  expect(at(tree, '/a~1b/0/~0')).toBe(1);
  expect(at(tree, '/a~1b/1/x')).toBeUndefined();
});
