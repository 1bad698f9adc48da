import { expect, test } from 'vitest';
import { amended, amendFields } from './amend.ts';

const diff = [
  {
    path: '/safeguards/living-artists',
    words: 'safeguards: living-artists',
    after: { names: ['Aster Vale'], text: 'Ask first.', unlessConsent: 'style_name_prompting' },
  },
  { path: '/studio/steps/usual', words: 'studio: steps: usual', before: 30, after: 20 },
  { path: '/features/old', words: 'features: old', before: { on: true } },
];

test('each value that is put in has its field, in the form it is written in', () => {
  expect(amendFields(diff).map(({ path, label, form, value }) => [path, label, form, value])).toEqual([
    ['/safeguards/living-artists/names', 'safeguards: living-artists: names', 'lines', 'Aster Vale'],
    ['/safeguards/living-artists/text', 'safeguards: living-artists: text', 'text', 'Ask first.'],
    [
      '/safeguards/living-artists/unlessConsent',
      'safeguards: living-artists: unless consent',
      'text',
      'style_name_prompting',
    ],
    ['/studio/steps/usual', 'studio: steps: usual', 'number', '20'],
  ]);
});

test('other values make the same change in other words', () => {
  const typed = {
    '/safeguards/living-artists/names': 'Aster Vale\r\nA. Vale\r\n',
    '/studio/steps/usual': '26',
  };
  expect(amended(diff, typed)).toEqual({
    ok: true,
    patch: [
      {
        op: 'add',
        path: '/safeguards/living-artists',
        value: {
          names: ['Aster Vale', 'A. Vale'],
          text: 'Ask first.',
          unlessConsent: 'style_name_prompting',
        },
      },
      { op: 'replace', path: '/studio/steps/usual', value: 26 },
      { op: 'remove', path: '/features/old' },
    ],
  });
  expect(diff[0]?.after).toMatchObject({ names: ['Aster Vale'] });
});

test('what cannot be read is named', () => {
  expect(amended(diff, { '/studio/steps/usual': 'few' })).toEqual({
    ok: false,
    label: 'studio: steps: usual',
  });
});
