import { expect, test } from 'vitest';
import { at, chapters, type Json, livingArtistsPatch, namesOf, preview } from './policy.ts';

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

test('the form about living artists adds a clause once, then changes its lines', () => {
  const rule = { names: ['Iris Nacht'], text: 'Not without her.' };
  const [first] = livingArtistsPatch(document, rule);
  expect(first).toMatchObject({ op: 'add', path: '/safeguards/living-artists' });
  const standing = { ...document, safeguards: { 'living-artists': first?.value ?? null } };
  const again = livingArtistsPatch(standing, { ...rule, names: ['Iris Nacht', 'Ko'] });
  expect(preview(standing, again)).toEqual([
    { path: '/safeguards/living-artists/names', before: ['Iris Nacht'], after: ['Iris Nacht', 'Ko'] },
  ]);
});

test('names come one a line or with commas, each once', () => {
  expect(namesOf(' Iris Nacht\nKo, Iris Nacht;\n\n')).toEqual(['Iris Nacht', 'Ko']);
});

test('a pointer goes through escaped keys and lists, and ends quietly in nothing', () => {
  const tree: Json = { 'a/b': [{ '~': 1 }] };
  expect(at(tree, '/a~1b/0/~0')).toBe(1);
  expect(at(tree, '/a~1b/1/x')).toBeUndefined();
});
