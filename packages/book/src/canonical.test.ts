import fc from 'fast-check';
import { expect, test } from 'vitest';
import { framed, fromBase64, fromHex, toHex } from './bytes.ts';
import { canonicalJson, MAX_DEPTH, parseCanonicalJson } from './canonical.ts';

import { commitmentOf, entryHash, type Leaf, leafBytes, postingBytes } from './leaf.ts';

test.each([
  ['null', null, 'null'],
  ['sorted keys', { b: 1, a: [true, false] }, '{"a":[true,false],"b":1}'],
  [
    'code units, not code points',
    { '\ufb33': 1, '\ud83d\ude00': 2, '€': 3, '1': 4, '\r': 5 },
    '{"\\r":5,"1":4,"€":3,"\ud83d\ude00":2,"\ufb33":1}',
  ],
  ['escapes', '\u0000\b\n"\\/é', '"\\u0000\\b\\n\\"\\\\/é"'],
  [
    'safe integers',
    [0, -0, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER],
    '[0,0,9007199254740991,-9007199254740991]',
  ],
  ['empty', { a: {}, b: [] }, '{"a":{},"b":[]}'],
])('canonical: %s', (_, value, text) => {
  expect(canonicalJson(value)).toEqual({ ok: true, text });
});

const deep = Array.from({ length: MAX_DEPTH + 1 }).reduce((inner) => [inner], 1 as unknown);

test.each([
  ['fraction', { a: 1.5 }, 'unsupported_value', '/a'],
  ['NaN', [Number.NaN], 'unsupported_value', '/0'],
  ['infinity', Number.POSITIVE_INFINITY, 'unsupported_value', ''],
  ['unsafe integer', 2 ** 53, 'unsupported_value', ''],
  ['bigint', { amount: 1n }, 'unsupported_value', '/amount'],
  ['undefined', { a: undefined }, 'unsupported_value', '/a'],
  ['date', { at: new Date(0) }, 'unsupported_value', '/at'],
  ['hole', new Array(1), 'unsupported_value', '/0'],
  ['bytes', new Uint8Array(1), 'unsupported_value', ''],
  ['lone surrogate', ['\ud800'], 'malformed_text', '/0'],
  ['lone surrogate in a key', { '\ud800': 1 }, 'malformed_text', '/\ud800'],
  ['pointer escapes', { 'a/b~': Number.NaN }, 'unsupported_value', '/a~1b~0'],
  ['too deep', deep, 'payload_too_deep', '/0'.repeat(MAX_DEPTH + 1)],
])('refused: %s', (_, value, code, path) => {
  expect(canonicalJson(value)).toEqual({ ok: false, code, path });
});

test('what was parsed from canonical text is spelled the same again', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 3, stringUnit: 'binary' }), (value) => {
      const written = canonicalJson(value);
      if (!written.ok) return;
      expect(parseCanonicalJson(written.text)).not.toBeNull();
      expect(canonicalJson(JSON.parse(written.text))).toEqual(written);
    }),
  );
  expect(parseCanonicalJson('{"b":1,"a":2}')).toBeNull();
  expect(parseCanonicalJson('{"a":1.0}')).toBeNull();
  expect(parseCanonicalJson('{"a":1,"a":1}')).toBeNull();
  expect(parseCanonicalJson('[1')).toBeNull();
});

test('a spelling is told to be the one by looking at it as by writing it again', () => {
  const again = (text: string) => {
    try {
      const written = canonicalJson(JSON.parse(text));
      return written.ok && written.text === text;
    } catch {
      return false;
    }
  };
  const bits = [
    '"',
    '\\',
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '0',
    '-',
    '1',
    '.',
    'e',
    ' ',
    '\n',
    '\\u0041',
    '\ud800',
    'é',
  ];
  fc.assert(
    fc.property(
      fc.jsonValue({ maxDepth: 3, stringUnit: 'binary' }),
      fc.nat(),
      fc.nat({ max: 2 }),
      fc.constantFrom('', ...bits),
      (value, seed, gone, bit) => {
        const written = canonicalJson(value);
        const text = written.ok ? written.text : JSON.stringify(value);
        const at = seed % (text.length + 1);
        const bent = text.slice(0, at) + bit + text.slice(at + gone);
        expect(parseCanonicalJson(bent) !== null).toBe(again(bent));
      },
    ),
    { numRuns: 2000 },
  );
  const numbers = ['-0', '00', '01', '9007199254740991', '9007199254740992', '-9007199254740992', '1e3', '-'];
  for (const text of [...numbers, '', '"', '{"a":1,}', '[,]', '{"\\u0061":1}', '{"b":1,"\\n":2}', 'nul'])
    expect(parseCanonicalJson(text) !== null, text).toBe(again(text));
  expect(parseCanonicalJson('['.repeat(MAX_DEPTH + 2) + ']'.repeat(MAX_DEPTH + 2))).toBeNull();
});

test('frames tell field lists apart', () => {
  expect(toHex(framed('ab', Uint8Array.of(255)))).toBe('000000026162' + '00000001ff');
  expect(framed('a', 'b')).not.toEqual(framed('ab'));
  expect(framed('', 'a')).not.toEqual(framed('a', ''));
});

test('hex and base64 have one spelling', () => {
  expect(fromHex('AB')).toBeNull();
  expect(fromHex('abc')).toBeNull();
  expect(fromBase64('/w==')).toEqual(Uint8Array.of(255));
  expect(fromBase64('/x==')).toBeNull();
  expect(fromBase64('/w=')).toBeNull();
  expect(fromBase64(' /w==')).toBeNull();
});

// The vectors of the verifier's page: another implementation must come to the same bytes.
const leaf: Leaf = {
  id: '019a0000-0000-7000-8000-000000000001',
  kind: 'contribution.accepted',
  time: new Date('2026-11-23T00:15:00.000Z'),
  actor: 'heron',
  subject: 'contribution:c1',
  visibility: 'public',
  commitment: commitmentOf(new Uint8Array(32).fill(7), '{"kind":"bug"}'),
  postings: [
    { account: 'escrow:call1', currency: 'EUR', amount: -2500n },
    { account: 'member:iris', currency: 'EUR', amount: 2500n },
  ],
};

test('written-down vectors of commitment, postings, leaf bytes and leaf hash', () => {
  expect({
    commitment: toHex(leaf.commitment),
    postings: toHex(postingBytes(leaf.postings)),
    leaf: toHex(leafBytes(leaf)),
    hash: toHex(entryHash(leaf)),
    withoutActor: toHex(entryHash({ ...leaf, actor: null, postings: [] })),
  }).toMatchInlineSnapshot(`
    {
      "commitment": "0b146658d353e10f43a24b531061361dfcf3a618762f0df9d19f36660e3c1028",
      "hash": "ad9237ffc92f1a191dc824bafab5c885da92c84c6e4ddeaf65af70ba25c447cb",
      "leaf": "00000010756e63616765642f656e7472792f76310000002430313961303030302d303030302d373030302d383030302d30303030303030303030303100000015636f6e747269627574696f6e2e616363657074656400000018323032362d31312d32335430303a31353a30302e3030305a000000056865726f6e0000000f636f6e747269627574696f6e3a6331000000067075626c6963000000200b146658d353e10f43a24b531061361dfcf3a618762f0df9d19f36660e3c102800000042000000020000000c657363726f773a63616c6c3100000003455552000000052d323530300000000b6d656d6265723a69726973000000034555520000000432353030",
      "postings": "000000020000000c657363726f773a63616c6c3100000003455552000000052d323530300000000b6d656d6265723a69726973000000034555520000000432353030",
      "withoutActor": "d6607a3fec7af2f72db528d74059a1b37eee697262d49ddfcedc850665b0b40d",
    }
  `);
});
