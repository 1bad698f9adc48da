import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { kindNames, partsOf, type Typed } from './clauses.ts';
import { at, type Json } from './policy.ts';
import { termsOf } from './terms.ts';
import { standing, standingNew, written } from './written.ts';

const shipped = (name: string): Json =>
  parse(readFileSync(new URL(`../../../../governance/${name}`, import.meta.url), 'utf8')) as Json;
const genesis: Json = {
  ...(shipped('policy.yaml') as object),
  charter: 'To make what we like.',
  compensation: shipped('rate-card.yaml'),
  safeguards: shipped('safeguards.yaml'),
};
const around = { currency: 'EUR', models: [{ id: 'reed-1', name: 'Reed' }] };
const write = (kind: string, typed: Typed, document: Json = genesis) =>
  written(document, partsOf(document, kind, around), typed, 'EUR');

test('nothing typed changes nothing, and so does what stands there', () => {
  for (const kind of Object.keys(kindNames)) {
    expect(write(kind, {}).patch).toEqual([]);
    const typed: Typed = {};
    for (const { groups } of partsOf(genesis, kind, around))
      for (const group of groups)
        for (const field of group.fields)
          typed[field.path] = group.adds
            ? standingNew(group, field, 'EUR')
            : standing(genesis, field, 'EUR').replaceAll('\n', '\r\n');
    const { patch, wrong } = write(kind, typed);
    expect({ kind, patch, wrong }).toEqual({ kind, patch: [], wrong: {} });
  }
});

test('a safeguard is added once, then its lines are changed', () => {
  const typed = { '/safeguards/*/names': 'Iris Nacht\r\nKo\r\n\r\nKo' };
  const first = write('safeguard', typed);
  expect(first.patch).toMatchObject([
    {
      op: 'add',
      path: '/safeguards/living-artists',
      value: { names: ['Iris Nacht', 'Ko'], action: 'refuse' },
    },
  ]);
  const more = { '/safeguards/living-artists/names': 'Iris Nacht\nKo\nWren' };
  expect(write('safeguard', more, first.after).patch).toEqual([
    { op: 'replace', path: '/safeguards/living-artists/names', value: ['Iris Nacht', 'Ko', 'Wren'] },
  ]);
  const out = { '-/safeguards/living-artists': 'on' };
  expect(write('safeguard', out, first.after).patch).toEqual([
    { op: 'remove', path: '/safeguards/living-artists' },
  ]);
});

test('money is typed in whole units and kept in minor ones', () => {
  expect(write('rate_card', { '/compensation/rates/bug': '31.50' }).patch).toEqual([
    { op: 'replace', path: '/compensation/rates/bug', value: 3150 },
  ]);
});

test.each([
  ['rate_card', '/compensation/rates/bug', 'a lot', /amount in EUR/],
  ['rate_card', '/compensation/reviewDays', '0', /whole number from 1 to 90/],
  ['feature', '/features/*', 'Two Words', /short name/],
  ['safeguard', '/safeguards/*/names', ' ', /at least one/],
])('of %s, %s cannot be %j, and the field says why', (kind, path, value, why) => {
  const typed: Typed = { [path]: value };
  if (kind === 'safeguard') typed['/safeguards/*/text'] = 'Ask first.';
  expect(write(kind, typed).wrong[path]).toMatch(why);
});

test('every part of the policy has its fields', () => {
  const paths = partsOf(genesis, 'policy', around).flatMap(({ groups }) =>
    groups.flatMap(({ fields }) => fields.map(({ path }) => path)),
  );
  const parts = Object.keys(genesis as object).filter((part) => part !== 'format');
  expect(parts.filter((part) => !paths.some((path) => path.startsWith(`/${part}`)))).toEqual([]);
  expect(at(genesis, '/voting/kinds/safeguard')).toBeDefined();
});

test('what an author asks of a vote; a trial needs all its numbers', () => {
  expect(termsOf({}, 'safeguard')).toEqual({ terms: {}, wrong: {} });
  const trial = { 'terms/percent': '10', 'terms/hours': '24', 'terms/revertAbove': '50' };
  expect(termsOf({ ...trial, 'terms/sunsetDays': '90' }, 'safeguard').terms).toEqual({
    sunsetDays: 90,
    canary: { percent: 10, hours: 24, measure: 'refused_per_thousand', revertAbove: 50 },
  });
  expect(Object.keys(termsOf({ 'terms/percent': '10' }, 'safeguard').wrong)).toEqual([
    'terms/hours',
    'terms/revertAbove',
  ]);
  expect(termsOf({}, 'election').wrong).toHaveProperty('terms/role');
});
