import { expect, test } from 'vitest';
import { manifestOf } from './manifest.ts';

test('a manifest names its works, whoever wrote it', () => {
  const manifest = {
    name: 'Moon',
    works: [
      {
        title: 'boat',
        maker: { id: 'm1', name: 'heron' },
        licence: 'CC0-1.0',
        sha256: 'ab',
        consentId: 'c1',
      },
      { title: '', author: 'ko', consent: { id: 'c2' } },
      null,
    ],
  };
  expect(manifestOf(manifest)).toEqual({
    works: [
      { title: 'boat', maker: 'heron', licence: 'CC0-1.0', sha256: 'ab', consentId: 'c1' },
      { title: null, maker: 'ko', licence: null, sha256: null, consentId: 'c2' },
    ],
    facts: [{ name: 'name', value: 'Moon' }],
  });
});

test.each([null, 7, 'words', [], { works: 'none' }])('%j names nothing and breaks nothing', (manifest) => {
  expect(manifestOf(manifest).works).toEqual([]);
});
