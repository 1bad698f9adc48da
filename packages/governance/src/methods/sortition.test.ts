import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { drawn } from './sortition.ts';

const root = 'b5bb9d8014a0f9b1d61e21e796d78dccdf1352f23cd32812f4850b878ae4944c';
const byHand = (id: string) => createHash('sha256').update(`${root}\0panel of appeal 7\0${id}`).digest('hex');

test('the smallest digests are drawn, as anybody computes them', () => {
  const ids = ['heron', 'nacht', 'iris', 'ko', 'salt', 'moss'];
  const sorted = ids.toSorted((a, b) => (byHand(a) < byHand(b) ? -1 : 1));
  expect(drawn(ids, 3, root, 'panel of appeal 7')).toEqual(sorted.slice(0, 3));
  expect(drawn(ids, 9, root, 'panel of appeal 7')).toEqual(sorted);
  expect(drawn(ids, 6, root, 'panel of appeal 8')).not.toEqual(sorted);
});

test('neither order nor repetition changes a draw, and one who leaves moves nobody else', () => {
  const ids = fc.uniqueArray(fc.string(), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(ids, fc.nat(12), (candidates, seats) => {
      const draw = drawn(candidates, seats, root, 'x');
      expect(drawn([...candidates.toReversed(), ...candidates], seats, root, 'x')).toEqual(draw);
      const gone = candidates[0] as string;
      const all = drawn(candidates, candidates.length, root, 'x');
      const without = drawn(candidates.slice(1), candidates.length, root, 'x');
      expect(without).toEqual(all.filter((id) => id !== gone));
    }),
  );
});
