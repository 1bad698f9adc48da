import { expect, test } from 'vitest';
import { sizeOf, titleOf } from './bring.ts';

test.each([
  ['kraken_at-rest (2).svg', 'kraken at rest (2)'],
  ['.svg', 'untitled'],
  ['no ending', 'no ending'],
  ['v1.2 final.webp', 'v1.2 final'],
])('%s is first called %s', (name, title) => expect(titleOf(name)).toBe(title));

test.each([
  [999, '999 B'],
  [1536, '1.5 kB'],
  [12_300_000, '12.3 MB'],
])('%d bytes read as %s', (bytes, words) => expect(sizeOf(bytes)).toBe(words));
