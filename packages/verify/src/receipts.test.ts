import { ed25519 } from '@noble/curves/ed25519.js';
import { FILES, signNote, signReceipt, toHex } from '@uncaged/book/rules';
import { expect, test } from 'vitest';
import { exampleFacts, manifest, weights } from './example.testing.ts';
import { forgeArchive, forgeEntries, forgersKey, secret } from './testing.ts';
import { verifyArchive } from './verify.ts';

const entries = forgeEntries(exampleFacts());
const sign = (message: Uint8Array) => ed25519.sign(message, secret);
const receipts = entries.map((entry) => signReceipt(entry, forgersKey, sign));
type Receipts = Record<string, unknown>[];

const spelled = (receipt: Record<string, unknown>) =>
  `${JSON.stringify(Object.fromEntries(Object.entries(receipt).sort(([a], [b]) => (a < b ? -1 : 1))))}\n`;

const verdictWith = (bend: (receipts: Receipts) => unknown) => {
  const bent: Receipts = receipts.map((receipt) => ({ ...receipt }));
  bend(bent);
  const text = bent.map(spelled).join('');
  const blobs = [weights, manifest];
  return verifyArchive(forgeArchive(entries, { blobs, files: { [FILES.receipts]: text } }));
};
/** A receipt whose note says these lines, rightly signed. */
const noted = (n: number, change: (lines: string[]) => unknown, as = forgersKey) => {
  const lines = String(receipts[n]?.note).split('\n').slice(0, 5);
  change(lines);
  return signNote(`${lines.join('\n')}\n`, as, sign);
};

test('a receipt that promises another delay holds as well', async () => {
  const verdict = await verdictWith((bent) =>
    Object.assign(bent[3] ?? {}, {
      mergeDelaySeconds: 30,
      note: noted(3, (lines) => lines.splice(4, 1, '30')),
    }),
  );
  expect(verdict).toMatchObject({ ok: true, figures: { receipts: entries.length } });
});

const other = (bent: Receipts, n: number, change: object) => Object.assign(bent[n] ?? {}, change);

test.each<[string, number, (bent: Receipts) => unknown]>([
  ['two that changed places', 6, (bent) => bent.splice(5, 2, bent[6] ?? {}, bent[5] ?? {})],
  ['one too many', entries.length + 1, (bent) => bent.push(bent[0] ?? {})],
  ['another leaf', 8, (bent) => other(bent, 7, { leafHash: toHex(new Uint8Array(32)) })],
  ['another time', 8, (bent) => other(bent, 7, { time: '2026-03-01T00:00:00.000Z' })],
  ['a note on another leaf', 8, (bent) => other(bent, 7, { note: receipts[8]?.note })],
  ['a field of its own', 8, (bent) => other(bent, 7, { colour: 'red' })],
  [
    'a signature over other words',
    8,
    (bent) =>
      other(bent, 7, {
        note: String(receipts[7]?.note).replace(
          / \S+\n$/,
          String(receipts[8]?.note).match(/ \S+\n$/)?.[0] ?? '',
        ),
      }),
  ],
  [
    'a note by another name',
    8,
    (bent) => other(bent, 7, { note: noted(7, () => {}, { ...forgersKey, name: 'uncaged.book/other' }) }),
  ],
])('a receipt is wrong: %s', async (_, line, bend) => {
  expect(await verdictWith(bend)).toMatchObject({
    ok: false,
    code: 'bad_receipt',
    file: FILES.receipts,
    line,
  });
});

test('a receipt is missing', async () => {
  expect(await verdictWith((bent) => bent.pop())).toMatchObject({
    code: 'bad_receipt',
    entry: entries.at(-1)?.id,
  });
});
