import {
  type ArchivedEntry,
  canonicalJson,
  checkPostings,
  checkWords,
  commitmentOf,
  entryHash,
  fromHex,
  type Json,
  type Posting,
  parseCanonicalJson,
  sameBytes,
} from '@uncaged/book/rules';
import type { Finding, FindingCode } from './finding.ts';

export type Fields = { readonly [key: string]: Json };

/** An entry, and its time and payload as its line spells them; no payload where it shows none. */
export interface Line {
  readonly entry: ArchivedEntry;
  readonly time: string;
  readonly payload: string | null;
}

/** An entry from its line; null unless it is the one spelling of an entry. */
export function readEntry(line: string): ArchivedEntry | null {
  return readLine(line)?.entry ?? null;
}

/** As `readEntry`, with the payload's own spelling. */
export function readLine(line: string): Line | null {
  const json = parseCanonicalJson(line)?.value;
  if (!isFields(json)) return null;
  const { position, id, kind, time, actor, subject, visibility, closed } = json;
  const postings = readPostings(json.postings);
  const [commitment, leafHash] = [bytesOf(json.commitment, 32), bytesOf(json.leafHash, 32)];
  if (typeof position !== 'number' || position < 0 || !postings || !commitment || !leafHash) return null;
  if (typeof id !== 'string' || typeof kind !== 'string' || typeof time !== 'string') return null;
  if (typeof subject !== 'string' || (actor !== null && typeof actor !== 'string')) return null;
  if (visibility !== 'public' && visibility !== 'private') return null;
  const opening = readOpening(json);
  if (opening === undefined || (opening === null && closed !== 'private' && closed !== 'erased')) return null;
  // With as many fields as an entry has, all of them are its own: each was looked at, or opens it or says why not.
  if (Object.keys(json).length !== (opening ? OPEN_FIELDS : CLOSED_FIELDS)) return null;
  const at = new Date(time);
  if (Number.isNaN(at.getTime()) || at.toISOString() !== time) return null;
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
    closed: opening ? null : (closed as 'private' | 'erased'),
  };
  return { entry, time, payload: opening ? payloadIn(line) : null };
}

/** What an entry's line has: ten fields, and payload and salt, or why there are none. */
const [OPEN_FIELDS, CLOSED_FIELDS] = [12, 11];

function readOpening(json: Fields): ArchivedEntry['opening'] | undefined {
  if (json.payload === undefined || json.salt === undefined)
    return json.closed === undefined ? undefined : null;
  const salt = bytesOf(json.salt, 32);
  return salt && json.closed === undefined ? { payload: json.payload, salt } : undefined;
}

const BEFORE = ',"payload":';
const AFTER = ',"position":';

/**
 * The payload's spelling, cut from a canonical line. Its keys stand sorted, and no string holds a quote without a
 * backslash before it, so these are the keys of the line itself: what stands before the payload and after the position
 * has no key of that name.
 */
function payloadIn(line: string): string {
  return line.slice(line.indexOf(BEFORE) + BEFORE.length, line.lastIndexOf(AFTER));
}

function readPostings(json: Json | undefined): Posting[] | null {
  if (!Array.isArray(json)) return null;
  const postings: Posting[] = [];
  for (const each of json as readonly Json[]) {
    if (!isFields(each)) return null;
    const { account, currency, amount } = each;
    if (Object.keys(each).length !== 3) return null;
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
export function checkEntry({ entry, time, payload }: Line): { code: FindingCode; message: string } | null {
  const words = checkWords(entry);
  if (words) return { code: 'malformed_entry', message: `has a word that no entry has: ${words}` };
  const postings = checkPostings(entry.postings);
  if (!postings.ok) return { code: 'unbalanced', message: `has postings that are none: ${postings.code}` };
  if (!sameBytes(entryHash(entry, time), entry.leafHash)) {
    return { code: 'leaf_mismatch', message: 'does not hash to its leaf' };
  }
  if (
    entry.opening &&
    payload !== null &&
    !sameBytes(commitmentOf(entry.opening.salt, payload), entry.commitment)
  ) {
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
