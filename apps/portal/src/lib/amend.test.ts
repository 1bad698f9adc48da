import { expect, test } from 'vitest';
import { amendFields, amending, reworded } from './amend.ts';
import { patched } from './policy.ts';

const around = { currency: 'EUR', models: [] };
const base = {
  safeguards: {},
  features: { old: { about: 'It was here.', on: true } },
  compensation: { rates: { bug: 2500 }, reviewRate: 200, reviewsNeeded: 2, reviewDays: 7 },
};
const safeguard = {
  kind: 'named_living_artist',
  names: ['Linnet'],
  text: 'Ask first.',
  unlessConsent: 'style_name_prompting',
};
const change = (kind: string, path: string, after: unknown, before?: unknown) => ({
  kind,
  patch: [{ op: before === undefined ? 'add' : 'replace', path, value: after as never }],
  diff: [{ path, words: path, after, ...(before === undefined ? {} : { before }) }],
});

test('a change is written otherwise in the fields it was written in; what only the machine needs stays as it is', () => {
  const found = amending(base, change('safeguard', '/safeguards/living-artists', safeguard), around);
  const [group] = found?.parts[0]?.groups ?? [];
  expect(group?.fields.map(({ path, label }) => [path, label])).toEqual([
    ['/safeguards/living-artists/names', 'Names, one a line'],
    ['/safeguards/living-artists/text', 'What our machine says when it refuses'],
  ]);
  expect(found?.rest).toEqual([]);
  const typed = { '/safeguards/living-artists/names': 'Linnet\r\nTern\r\n' };
  expect(found && reworded(base, found, typed, 'EUR')).toEqual({
    patch: [
      {
        op: 'add',
        path: '/safeguards/living-artists',
        value: { ...safeguard, names: ['Linnet', 'Tern'] },
      },
    ],
    wrong: {},
  });
});

test('money is typed as money, and a wrong field says so by its name', () => {
  const found = amending(base, change('rate_card', '/compensation/rates/bug', 3000, 2500), around);
  const name = '/compensation/rates/bug';
  const { patch, wrong } = reworded(base, found ?? expect.fail('no fields'), { [name]: '31.50' }, 'EUR');
  expect([patch, wrong]).toEqual([[{ op: 'replace', path: name, value: 3150 }], {}]);
  expect(reworded(base, found ?? expect.fail('no fields'), { [name]: 'a lot' }, 'EUR').wrong).toHaveProperty([
    name,
  ]);
});

test('what has no field of its own is typed value by value; what is taken out stays taken out', () => {
  const patch = [
    { op: 'add', path: '/newer', value: { days: 3, names: ['a'] } },
    { op: 'remove', path: '/features/old' },
  ];
  const diff = [
    { path: '/newer', words: 'newer', after: { days: 3, names: ['a'] } },
    { path: '/features/old', words: 'features: old', before: base.features.old },
  ];
  const found = amending(base, { kind: 'policy', patch, diff }, around) ?? expect.fail('no fields');
  expect(amendFields(found.rest).map(({ path, form, value }) => [path, form, value])).toEqual([
    ['/newer/days', 'number', '3'],
    ['/newer/names', 'lines', 'a'],
  ]);
  const typed = { '/newer/days': '5', '/newer/names': 'a\r\nb' };
  const written = reworded(base, found, typed, 'EUR');
  expect(patched(base, written.patch)).toEqual({
    ...base,
    features: {},
    newer: { days: 5, names: ['a', 'b'] },
  });
  expect(reworded(base, found, { '/newer/days': 'few' }, 'EUR').wrong).toHaveProperty(['/newer/days']);
});
