import path from 'node:path';
import { expect, test } from 'vitest';
import { importsOf, judge, root, wrongArrows } from './arrows.ts';

test('every import follows an allowed arrow', () => {
  expect(wrongArrows().map((wrong) => `${wrong.file} imports ${wrong.imports}: ${wrong.message}`)).toEqual(
    [],
  );
});

test.each([
  [
    'governance',
    '@uncaged/compensation',
    'governance may import book, platform; it may not import compensation.',
  ],
  ['engine', '@uncaged/platform', 'engine may import nothing of ours; it may not import platform.'],
  [
    'verify',
    '@uncaged/book',
    'verify may import book/rules, governance/rules, compensation/rules, provenance/rules; it may not import book.',
  ],
  ['book/rules', '@uncaged/platform', 'book/rules may import nothing of ours; it may not import platform.'],
])('%s importing %s is named', (room, imported, message) => {
  expect(
    judge(room, path.join(root, 'packages', room.split('/')[0] ?? '', 'src', 'x.ts'), imported)?.message,
  ).toBe(message);
});

test('a path into another package is named', () => {
  const file = path.join(root, 'packages', 'book', 'src', 'x.ts');
  expect(judge('book', file, '../../platform/src/index.ts')?.message).toMatch(
    'reaches into packages/platform by path',
  );
});

test('imports are read from Svelte scripts too', () => {
  expect(
    importsOf('a.svelte', '<script lang="ts">import { x } from "@uncaged/verify";</script><p>import</p>'),
  ).toEqual(['@uncaged/verify']);
});
