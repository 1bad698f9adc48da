import { fromBase64, toBase64, toHex } from './bytes.ts';
import { canonicalJson, type Json } from './canonical.ts';
import type { Checkpoint } from './checkpoint.ts';
import type { Leaf } from './leaf.ts';

/** Names of the files that every archive has. */
export const FILES = {
  readme: 'README.md',
  keys: 'keys.json',
  entries: 'book/entries.jsonl',
  postings: 'book/postings.csv',
  checkpoints: 'book/checkpoints.txt',
  manifest: 'MANIFEST.jsonl',
  seal: 'MANIFEST.note',
} as const;

/** An entry as it stands in the archive. */
export interface ArchivedEntry extends Leaf {
  readonly position: bigint;
  readonly leafHash: Uint8Array;
  /** Null when private or erased: then only the commitment stands. */
  readonly opening: { readonly payload: Json; readonly salt: Uint8Array } | null;
  /** Why there is no opening. */
  readonly closed: 'private' | 'erased' | null;
}

/** The entry's line in book/entries.jsonl, canonical JSON. */
export function entryLine(entry: ArchivedEntry): string {
  const { position, id, kind, time, actor, subject, visibility, commitment, leafHash, postings } = entry;
  return canonical({
    position: Number(position),
    id,
    kind,
    time: time.toISOString(),
    actor,
    subject,
    visibility,
    commitment: toHex(commitment),
    postings: postings.map(({ account, currency, amount }) => ({
      account,
      currency,
      amount: amount.toString(),
    })),
    leafHash: toHex(leafHash),
    ...(entry.opening
      ? { payload: entry.opening.payload, salt: toHex(entry.opening.salt) }
      : { closed: entry.closed ?? 'erased' }),
  });
}

export const POSTINGS_HEADER = 'position,entry,line,account,currency,amount\n';

/** The entry's lines in book/postings.csv; nothing in them needs quoting. */
export function postingLines(entry: ArchivedEntry): string {
  return entry.postings
    .map(
      ({ account, currency, amount }, line) =>
        `${entry.position},${entry.id},${line},${account},${currency},${amount}\n`,
    )
    .join('');
}

/** Files that repeat, for people and other tools, what a public payload says: a policy's document, a vote's ballots. */
export function derivedFiles(entry: ArchivedEntry): { path: string; text: string }[] {
  if (entry.kind !== 'policy.enacted' && entry.kind !== 'proposal.closed') return [];
  const payload = entry.opening?.payload;
  if (!isObject(payload)) return [];
  const [, id = ''] = entry.subject.split(':');
  if (entry.kind === 'policy.enacted' && payload.document !== undefined) {
    return [{ path: `policy/${id}.json`, text: canonical(payload.document) }];
  }
  if (entry.kind === 'proposal.closed' && Array.isArray(payload.ballots)) {
    return [
      {
        path: `ballots/${id}.jsonl`,
        text: payload.ballots.map((ballot) => `${canonical(ballot)}\n`).join(''),
      },
    ];
  }
  return [];
}

const BLOB_FIELDS = ['weightsSha256', 'manifestSha256'] as const;
const BLOB_KINDS = new Set(['model.registered', 'dataset.registered']);

/** SHA-256, in hex, of the blobs a public payload vouches for: weights and manifests. */
export function blobsNamed(entry: ArchivedEntry): string[] {
  if (!BLOB_KINDS.has(entry.kind)) return [];
  const payload = entry.opening?.payload;
  if (!isObject(payload)) return [];
  return BLOB_FIELDS.map((field) => payload[field]).filter(
    (hash): hash is string => typeof hash === 'string' && /^[0-9a-f]{64}$/.test(hash),
  );
}

export const blobPath = (sha256: string) => `blobs/sha256/${sha256}`;

/** A file in MANIFEST.jsonl. */
export interface ManifestLine {
  readonly path: string;
  readonly sha256: string;
  readonly size: number;
}

export function manifestLine(line: ManifestLine): string {
  return `${canonical({ path: line.path, sha256: line.sha256, size: line.size })}\n`;
}

/** The text of MANIFEST.note: origin, hash of MANIFEST.jsonl, size and root of the tree, a line each. */
export function sealText(seal: Checkpoint & { readonly manifest: Uint8Array }): string {
  return `${seal.origin}/archive\n${toBase64(seal.manifest)}\n${seal.size}\n${toBase64(seal.root)}\n`;
}

/** Parses `sealText`; null when it is none. */
export function parseSealText(text: string): (Checkpoint & { readonly manifest: Uint8Array }) | null {
  const match = /^([^\n]+)\/archive\n([A-Za-z0-9+/=]+)\n(0|[1-9]\d{0,17})\n([A-Za-z0-9+/=]+)\n$/.exec(text);
  const [manifest, root] = [fromBase64(match?.[2] ?? ''), fromBase64(match?.[4] ?? '')];
  if (!match?.[1] || match[3] === undefined || manifest?.length !== 32 || root?.length !== 32) return null;
  return { origin: match[1], manifest, size: BigInt(match[3]), root };
}

function canonical(value: Json): string {
  const written = canonicalJson(value);
  if (!written.ok) throw new Error(`${written.code} at ${written.path}`);
  return written.text;
}

function isObject(value: Json | undefined): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
