import { ed25519 } from '@noble/curves/ed25519.js';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openCheckpoint, signCheckpoint } from './checkpoint.ts';
import { EMPTY_ROOT } from './merkle.ts';
import { formatVerifierKey, type NoteKey, openNote, parseVerifierKey, signNote } from './note.ts';
import { signReceipt, verifyReceipt } from './receipt.ts';

const secret = new Uint8Array(32).fill(9);
const key: NoteKey = { name: 'uncaged.book/test', publicKey: ed25519.getPublicKey(secret) };
const sign = (message: Uint8Array) => ed25519.sign(message, secret);
const stranger: NoteKey = {
  name: 'uncaged.book/test',
  publicKey: ed25519.getPublicKey(new Uint8Array(32).fill(8)),
};

// From the tests of golang.org/x/mod/sumdb/note.
const PETER = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
const NOTE = `If you think cryptography is the answer to your problem,
then you don't know what your problem is.

— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=
`;

test('opens the note of the reference implementation', () => {
  const peter = parseVerifierKey(PETER);
  if (!peter) throw new Error('the key did not parse');
  expect(formatVerifierKey(peter)).toBe(PETER);
  expect(openNote(NOTE, peter)).toEqual({ ok: true, text: NOTE.split('\n\n')[0]?.concat('\n') });
  expect(openNote(NOTE.replace('answer', 'Answer'), peter)).toEqual({ ok: false, code: 'bad_signature' });
  expect(openNote(NOTE, key)).toEqual({ ok: false, code: 'unknown_key' });
  expect(parseVerifierKey(PETER.replace('c74f20a3', 'c74f20a4'))).toBeNull();
});

test('a checkpoint opens with its key only, and no other character of it may change', () => {
  const note = signCheckpoint(12n, EMPTY_ROOT, key, sign);
  expect(openCheckpoint(note, key)).toEqual({
    ok: true,
    checkpoint: { origin: key.name, size: 12n, root: EMPTY_ROOT },
  });
  expect(openCheckpoint(note, stranger)).toEqual({ ok: false, code: 'unknown_key' });
  fc.assert(
    fc.property(fc.nat(note.length - 1), fc.integer({ min: 1, max: 126 }), (at, by) => {
      const changed = String.fromCharCode((note.charCodeAt(at) + by) % 127);
      if (changed === note[at]) return;
      expect(openCheckpoint(note.slice(0, at) + changed + note.slice(at + 1), key).ok).toBe(false);
    }),
    { numRuns: 300 },
  );
});

test('notes of the key that are no checkpoints of this log are refused', () => {
  expect(openCheckpoint(signNote('hello\n', key, sign), key)).toEqual({
    ok: false,
    code: 'malformed_checkpoint',
  });
  const foreign = signNote(`elsewhere\n1\n${btoa('x'.repeat(32))}\n`, key, sign);
  expect(openCheckpoint(foreign, key)).toEqual({ ok: false, code: 'foreign_origin' });
  const entry = { id: 'e', leafHash: EMPTY_ROOT, time: new Date(0) };
  expect(openCheckpoint(signReceipt(entry, key, sign).note, key).ok).toBe(false);
});

test('a receipt holds, and says so no more when a field or the note is another', () => {
  const entry = { id: '019a0000-0000-7000-8000-000000000001', leafHash: EMPTY_ROOT, time: new Date(5) };
  const receipt = signReceipt(entry, key, sign);
  expect(signReceipt(entry, key, sign)).toEqual(receipt);
  expect(verifyReceipt(receipt, key)).toEqual({ ok: true });
  expect(verifyReceipt(receipt, stranger)).toMatchObject({ ok: false, code: 'unknown_key' });
  for (const change of [{ entryId: 'x' }, { leafHash: 'ff' }, { time: '' }, { mergeDelaySeconds: 1 }]) {
    expect(verifyReceipt({ ...receipt, ...change }, key)).toEqual({ ok: false, code: 'receipt_mismatch' });
  }
  const note = signCheckpoint(1n, EMPTY_ROOT, key, sign);
  expect(verifyReceipt({ ...receipt, note }, key)).toEqual({ ok: false, code: 'malformed_receipt' });
});
