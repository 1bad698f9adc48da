import { ed25519 } from '@noble/curves/ed25519.js';
import { type Json, signNote, signReceipt, toHex } from '@uncaged/book/rules';
import { expect, test } from 'vitest';
import { exampleFacts, manifest, weights } from './example.testing.ts';
import { forgeArchive, forgeEntries, forgersKey, secret } from './testing.ts';
import { verifyArchive } from './verify.ts';
import { verdictInWords } from './words.ts';

const entries = forgeEntries(exampleFacts());
const archive = forgeArchive(entries, { blobs: [weights, manifest] });
const sign = (message: Uint8Array) => ed25519.sign(message, secret);
type Leaf = Parameters<typeof signReceipt>[0];
const promise = (entry: Leaf, key = forgersKey, by = sign): Record<string, Json> => ({
  ...signReceipt(entry, key, by),
});
const nth = (n: number): Leaf => entries.at(n) as Leaf;
const heldAgainst = (...receipts: Json[]) => verifyArchive(archive, { receipts });

test('receipts that somebody kept stand in the archive as promised, in any order', async () => {
  const verdict = await heldAgainst(promise(nth(9)), promise(nth(3)), promise(nth(-1)));
  expect(verdict).toMatchObject({ ok: true, figures: { receipts: 3 } });
  expect(verdictInWords(verdict)).toContain('3 that you kept');
});

test('a receipt that promises another delay holds as well', async () => {
  const { entryId, leafHash, time, note } = promise(nth(3));
  const lines = String(note).split('\n').slice(0, 4);
  const shorter = signNote(`${lines.join('\n')}\n30\n`, forgersKey, sign);
  const receipt = { entryId, leafHash, time, mergeDelaySeconds: 30, note: shorter } as Json;
  expect(await heldAgainst(receipt)).toMatchObject({ ok: true, figures: { receipts: 1 } });
});

const gone: Leaf = { ...nth(5), id: '019a0000-0000-7000-8000-0000000fffff' };
const stranger = { name: 'uncaged.book/other', publicKey: ed25519.getPublicKey(new Uint8Array(32).fill(9)) };

test.each<[string, string, Json]>([
  ['an entry that is not there', 'broken_promise', promise(gone)],
  ['another leaf', 'broken_promise', promise({ ...nth(5), leafHash: new Uint8Array(32) })],
  ['another time', 'broken_promise', promise({ ...nth(5), time: new Date('2026-03-01T00:00:00Z') })],
  ['an entry after its end', 'receipt_too_new', promise({ ...gone, time: new Date('2030-01-01') })],
  [
    'another book’s key',
    'bad_receipt',
    promise(nth(5), stranger, (message) => ed25519.sign(message, new Uint8Array(32).fill(9))),
  ],
  [
    'words that its note does not say',
    'bad_receipt',
    { ...promise(nth(5)), leafHash: toHex(new Uint8Array(32)) },
  ],
  ['a note on another entry', 'bad_receipt', { ...promise(nth(5)), note: promise(nth(6)).note ?? null }],
  ['no note', 'bad_receipt', { ...promise(nth(5)), note: null }],
  ['nothing', 'bad_receipt', null],
])('a receipt that was not kept is told: %s', async (_, code, receipt) => {
  expect(await heldAgainst(promise(nth(2)), receipt)).toMatchObject({ ok: false, code, file: null });
});
