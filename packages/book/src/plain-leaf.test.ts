import fc from 'fast-check';
import { expect, test } from 'vitest';
import { entryHash, LEAF_TAG, type Leaf, leafBytes } from './leaf.ts';
import { leafHashOf } from './merkle.ts';
import { plainLeaf } from './plain-leaf.ts';

const text = fc.oneof(
  { weight: 6, arbitrary: fc.string({ maxLength: 60 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
  { weight: 1, arbitrary: fc.string({ minLength: 120, maxLength: 140 }) },
);
const wellFormed = text.map((one) => one.toWellFormed());
const leaf: fc.Arbitrary<Leaf> = fc.record({
  id: wellFormed,
  kind: wellFormed,
  time: fc.date({ min: new Date(0), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true }),
  actor: fc.option(wellFormed),
  subject: wellFormed,
  visibility: fc.constantFrom('public' as const, 'private' as const),
  commitment: fc.uint8Array({ minLength: 32, maxLength: 32 }),
  postings: fc.array(
    fc.record({ account: wellFormed, currency: wellFormed, amount: fc.bigInt(-(10n ** 18n), 10n ** 18n) }),
    { maxLength: 8 },
  ),
});

test('a leaf written at once has the bytes of one written field by field, whatever its words', () => {
  let plain = 0;
  fc.assert(
    fc.property(leaf, (one) => {
      const bytes = plainLeaf(one, LEAF_TAG);
      if (bytes) {
        plain += 1;
        expect(bytes[0]).toBe(0);
        expect(Uint8Array.from(bytes.subarray(1))).toEqual(leafBytes(one));
      }
      expect(entryHash(one)).toEqual(leafHashOf(leafBytes(one)));
    }),
    { numRuns: 2_000 },
  );
  expect(plain).toBeGreaterThan(100);
});
