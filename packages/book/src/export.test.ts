import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { openTestPlatform } from '@uncaged/platform/testing';
import { expect, test } from 'vitest';
import { FILES, parseSealText } from './archive.ts';
import { exportArchive } from './export.ts';
import { bookKey } from './key.ts';
import { openNote } from './note.ts';
import { erasePayload, recordBatch } from './record.ts';
import { contentOf, readZip } from './zip.ts';

async function read(archive: {
  bytes: AsyncIterable<Uint8Array>;
  size: number;
}): Promise<Map<string, Buffer>> {
  const pieces: Uint8Array[] = [];
  for await (const piece of archive.bytes) pieces.push(piece);
  const zip = Buffer.concat(pieces);
  expect(zip.length).toBe(archive.size);
  const at = (offset: number, length: number) => zip.subarray(offset, offset + length);
  const entries = await readZip({ size: zip.length, read: async (...part) => at(...part) });
  if (!entries) throw new Error('no archive');
  return new Map(
    entries.map((entry) => {
      const { offset, size } = contentOf(entry);
      return [entry.path, at(offset, size)];
    }),
  );
}

const temporary = async () =>
  (await readdir(tmpdir())).filter((name) => name.startsWith('uncaged-export-')).length;

test('an archive holds the book, its blobs, and a signed manifest of everything', async () => {
  await using platform = await openTestPlatform();
  expect(await exportArchive(platform)).toEqual({ ok: false, code: 'nothing_sealed' });
  const { sha256: weightsSha256 } = await platform.blobs.put(new TextEncoder().encode('weights'));
  const lost = 'ab'.repeat(32);
  const recorded = await platform.db.transaction((tx) =>
    recordBatch(tx, platform, [
      {
        kind: 'model.registered',
        actor: null,
        subject: 'model:m1',
        payload: { weightsSha256, manifestSha256: lost },
        visibility: 'public',
      },
      {
        kind: 'policy.enacted',
        actor: 'ko',
        subject: 'policy:1',
        payload: { document: { b: 1, a: 2 } },
        visibility: 'public',
      },
      {
        kind: 'member.joined',
        actor: 'ko',
        subject: 'member:ko',
        payload: { pseudonym: 'hidden' },
        visibility: 'private',
      },
      {
        kind: 'member.joined',
        actor: 'iris',
        subject: 'member:iris',
        payload: { pseudonym: 'gone' },
        visibility: 'private',
      },
    ]),
  );
  if (!recorded.ok) throw new Error(recorded.code);
  const last = recorded.entries[3]?.entry.id ?? '';
  await platform.db.transaction((tx) =>
    erasePayload(tx, platform, { entryId: last, actor: 'iris', reason: 'left' }),
  );

  const exported = await exportArchive(platform);
  if (!exported.ok) throw new Error(exported.code);
  expect(exported.archive).toMatchObject({ leaves: 5n, missingBlobs: [lost] });
  const files = await read(exported.archive);
  expect([...files.keys()]).toEqual([
    FILES.seal,
    FILES.manifest,
    FILES.readme,
    `blobs/sha256/${weightsSha256}`,
    FILES.checkpoints,
    FILES.entries,
    FILES.postings,
    FILES.keys,
    'policy/1.json',
  ]);
  expect(String(files.get('policy/1.json'))).toBe('{"a":2,"b":1}');
  const entries = String(files.get(FILES.entries));
  expect(entries).not.toMatch(/hidden|gone/);
  expect(entries.split('\n').map((line) => line && (JSON.parse(line).closed ?? 'open'))).toEqual([
    'open',
    'open',
    'private',
    'erased',
    'open',
    '',
  ]);

  const manifest = files.get(FILES.manifest) ?? Buffer.alloc(0);
  for (const line of String(manifest).trimEnd().split('\n')) {
    const { path, sha256, size } = JSON.parse(line) as { path: string; sha256: string; size: number };
    const bytes = files.get(path) ?? Buffer.alloc(0);
    expect([bytes.length, createHash('sha256').update(bytes).digest('hex')], path).toEqual([size, sha256]);
  }
  const { key } = await bookKey(platform.secrets);
  const note = openNote(String(files.get(FILES.seal)), key);
  const sealed = note.ok ? parseSealText(note.text) : null;
  expect(Buffer.from(sealed?.manifest ?? [])).toEqual(createHash('sha256').update(manifest).digest());

  const whole = await exportArchive(platform, { withPrivate: true });
  if (!whole.ok) throw new Error(whole.code);
  expect(String((await read(whole.archive)).get(FILES.entries))).toContain('"pseudonym":"hidden"');
});

test('an archive nobody reads to the end leaves no files behind', async () => {
  await using platform = await openTestPlatform();
  await platform.db.transaction((tx) =>
    recordBatch(tx, platform, [
      { kind: 'a.b', actor: null, subject: 'a:b', payload: {}, visibility: 'public' },
    ]),
  );
  const before = await temporary();
  const [unread, half] = [await exportArchive(platform), await exportArchive(platform)];
  if (!unread.ok || !half.ok) throw new Error('not exported');
  await unread.archive.discard();
  for await (const piece of half.archive.bytes) if (piece.length > 0) break;
  expect(await temporary()).toBe(before);
});
