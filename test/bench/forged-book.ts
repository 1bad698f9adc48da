import { createHash, createPrivateKey, type KeyObject, sign } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import {
  type ArchivedEntry,
  blobPath,
  canonicalJson,
  derivedFiles,
  entryLine,
  FILES,
  formatVerifierKey,
  type Json,
  leafBytes,
  POSTINGS_HEADER,
  postingLines,
  type Sign,
  signCheckpoint,
  TreeBuilder,
  toBase64,
  uint32,
  utf8,
} from '@uncaged/book/rules';
import { Building, zipped } from '../../packages/book/src/building.ts';
import { manifest, weights } from '../../packages/verify/src/example.testing.ts';
import { forgeEntry, forgersKey, secret } from '../../packages/verify/src/testing.ts';
import { FOUNDED, facts, timeOf } from './forged-facts.ts';

/** A checkpoint stands after every so many entries. */
const CHECKPOINT_EVERY = 100;

/** Where a forged book lies, and what it holds besides the archive. */
export interface ForgedBook {
  /** The archive: a zip as the book exports it, signed by the forger. */
  readonly archive: string;
  /** Every leaf's bytes, each after its length as four bytes, big-endian. */
  readonly leaves: string;
  readonly entries: number;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * An honestly signed export of so many entries in a temporary folder, written as it goes: after the example's founding,
 * vote and work, money that comes in and moves between funds, clips and their royalties, and pieces of work handed in,
 * reviewed and paid. A checkpoint stands after every hundred.
 */
export async function forgeBook(entries: number): Promise<ForgedBook> {
  const folder = await mkdtemp(path.join(tmpdir(), 'uncaged-forged-'));
  const discard = () => rm(folder, { recursive: true, force: true });
  try {
    const key = { key: forgersKey, sign: signNow };
    const building = new Building(path.join(folder, 'files'));
    const leaves = await building.open('leaves');
    const tree = await writeEntries(building, leaves, entries);
    await leaves.close();
    building.files.splice(
      building.files.findIndex((file) => file.path === 'leaves'),
      1,
    );
    const { name: origin, publicKey } = forgersKey;
    const keys = { origin, publicKey: toBase64(publicKey), verifierKey: formatVerifierKey(forgersKey) };
    await building.write(FILES.readme, 'How to check this by hand.\n');
    await building.write(FILES.keys, `${spelled(keys)}\n`);
    for (const blob of [weights, manifest]) {
      const writing = await building.open(blobPath(createHash('sha256').update(blob).digest('hex')));
      await writing.append(blob);
      await writing.close();
    }
    const files = await building.finish(key, { size: tree.size, root: tree.root() });
    const archive = path.join(folder, 'book.zip');
    await pipeline(
      Readable.from(zipped(path.join(folder, 'files'), files, async () => {})),
      createWriteStream(archive),
    );
    for (const file of files) await rm(path.join(folder, 'files', file.path));
    const book = { archive, leaves: path.join(folder, 'files', 'leaves'), entries };
    return { ...book, [Symbol.asyncDispose]: discard };
  } catch (error) {
    await discard();
    throw error;
  }
}

/** The forger's key, for the machine's own Ed25519. */
function forgersSecret(): KeyObject {
  // RFC 8410: the fixed bytes before the 32 of the key.
  const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), secret]);
  return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
}

const secretKey = forgersSecret();
const signNow: Sign = (message) => sign(null, message, secretKey);

async function writeEntries(
  building: Building,
  leaves: Awaited<ReturnType<Building['open']>>,
  count: number,
): Promise<TreeBuilder> {
  const tree = new TreeBuilder();
  const notes: string[] = [];
  const [lines, postings] = await Promise.all([building.open(FILES.entries), building.open(FILES.postings)]);
  await postings.append(utf8(POSTINGS_HEADER));
  for (const entry of forged(count)) {
    await lines.append(utf8(`${entryLine(entry)}\n`));
    await postings.append(utf8(postingLines(entry)));
    for (const { path, text } of derivedFiles(entry)) await building.write(path, text);
    const bytes = leafBytes(entry);
    await leaves.append(uint32(bytes.length));
    await leaves.append(bytes);
    tree.push(entry.leafHash);
    const size = Number(tree.size);
    if (size % CHECKPOINT_EVERY === 0 || size === count)
      notes.push(signCheckpoint(tree.size, tree.root(), forgersKey, signNow));
  }
  for (const writing of [lines, postings]) await writing.close();
  await building.write(FILES.checkpoints, notes.join('\n'));
  return tree;
}

function* forged(count: number): Generator<ArchivedEntry> {
  let n = 0;
  let time = new Date('2026-03-01T12:00:00.000Z');
  for (const fact of facts()) {
    if (n === count) return;
    time = fact.time ? new Date(fact.time) : new Date(time.getTime() + 3_600_000);
    if (n >= FOUNDED) time = timeOf(n);
    yield forgeEntry(fact, n, time);
    n += 1;
  }
}

function spelled(value: Json): string {
  const written = canonicalJson(value);
  if (!written.ok) throw new Error(written.code);
  return written.text;
}
