import {
  type ArchivedEntry,
  canonicalJson,
  checkPostings,
  checkWords,
  commitmentOf,
  entryHash,
  entryLine,
  fromHex,
  type Json,
  type Posting,
  sameBytes,
} from '@uncaged/book/rules';
import type { Finding, FindingCode } from './finding.ts';

type Fields = { readonly [key: string]: Json };

/** An entry from its line; null unless it is the one spelling of an entry. */
export function readEntry(line: string): ArchivedEntry | null {
  const json = parsed(line);
  if (!isFields(json)) return null;
  const { position, id, kind, time, actor, subject, visibility, closed } = json;
  const postings = readPostings(json.postings);
  const [commitment, leafHash] = [bytesOf(json.commitment, 32), bytesOf(json.leafHash, 32)];
  if (typeof position !== 'number' || position < 0 || !postings || !commitment || !leafHash) return null;
  if (typeof id !== 'string' || typeof kind !== 'string' || typeof time !== 'string') return null;
  if (typeof subject !== 'string' || (actor !== null && typeof actor !== 'string')) return null;
  if (visibility !== 'public' && visibility !== 'private') return null;
  const opening = readOpening(json);
  if (opening === undefined || (closed !== undefined && closed !== 'private' && closed !== 'erased'))
    return null;
  const at = new Date(time);
  if (Number.isNaN(at.getTime())) return null;
  const entry: ArchivedEntry = {
    position: BigInt(position),
    id,
    kind,
    time: at,
    actor,
    subject,
    visibility,
    commitment,
    leafHash,
    postings,
    opening,
    closed: opening ? null : (closed ?? null),
  };
  return canonicalJson(json.payload ?? null).ok && entryLine(entry) === line ? entry : null;
}

/** JSON that may yet be spelled otherwise than it must be. */
function parsed(line: string): Json | undefined {
  try {
    return JSON.parse(line) as Json;
  } catch {
    return undefined;
  }
}

function readOpening(json: Fields): ArchivedEntry['opening'] | undefined {
  if (json.payload === undefined || json.salt === undefined)
    return json.closed === undefined ? undefined : null;
  const salt = bytesOf(json.salt, 32);
  return salt ? { payload: json.payload, salt } : undefined;
}

function readPostings(json: Json | undefined): Posting[] | null {
  if (!Array.isArray(json)) return null;
  const postings: Posting[] = [];
  for (const each of json as readonly Json[]) {
    if (!isFields(each)) return null;
    const { account, currency, amount } = each;
    if (typeof account !== 'string' || typeof currency !== 'string') return null;
    if (typeof amount !== 'string' || !/^-?[1-9]\d{0,18}$/.test(amount)) return null;
    postings.push({ account, currency, amount: BigInt(amount) });
  }
  return postings;
}

function bytesOf(json: Json | undefined, length: number): Uint8Array | null {
  const bytes = typeof json === 'string' ? fromHex(json) : null;
  return bytes?.length === length ? bytes : null;
}

export function isFields(json: Json | undefined | null): json is Fields {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}

/** What is wrong with an entry by itself: words, postings, leaf, commitment, and why its payload is not shown. */
export function checkEntry(entry: ArchivedEntry): { code: FindingCode; message: string } | null {
  const words = checkWords(entry);
  if (words) return { code: 'malformed_entry', message: `has a word that no entry has: ${words}` };
  const postings = checkPostings(entry.postings);
  if (!postings.ok) return { code: 'unbalanced', message: `has postings that are none: ${postings.code}` };
  if (!sameBytes(entryHash(entry), entry.leafHash)) {
    return { code: 'leaf_mismatch', message: 'does not hash to its leaf' };
  }
  if (entry.opening && !opens(entry.commitment, entry.opening.payload, entry.opening.salt)) {
    return { code: 'commitment_mismatch', message: 'has a payload that does not open its commitment' };
  }
  if (entry.closed === 'private' && entry.visibility === 'public') {
    return { code: 'malformed_entry', message: 'is public, yet its payload is withheld' };
  }
  return null;
}

/** Whether payload and salt open a commitment. */
export function opens(commitment: Uint8Array, payload: Json, salt: Uint8Array): boolean {
  const written = canonicalJson(payload);
  return written.ok && sameBytes(commitmentOf(salt, written.text), commitment);
}

/** A finding about an entry. */
export function about(entry: ArchivedEntry, code: FindingCode, message: string): Finding {
  return {
    code,
    file: 'book/entries.jsonl',
    line: Number(entry.position) + 1,
    entry: entry.id,
    message: `entry ${entry.id} (${entry.kind}, position ${entry.position}) ${message}`,
  };
}
