import type { Clock, Ids, Secrets, Tx } from '@uncaged/platform';
import { framed, sameBytes, toHex } from './bytes.ts';
import { type CanonicalCode, canonicalJson, type Json } from './canonical.ts';

import { checkWords, commitmentOf, entryHash, type LeafCode, SALT_BYTES, type Visibility } from './leaf.ts';
import { movementsOf } from './movements.ts';
import { checkPostings, type Posting, type PostingCode } from './postings.ts';
import * as store from './record.store.ts';
import { sha256 } from './sha256.ts';

/** What recording needs of the outside world; every use case's context has it. */
export interface BookContext {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly secrets: Secrets;
}

/** A fact to be written down. Kind, actor, subject, postings and time are public for ever; the payload is erasable. */
export interface Fact {
  /** `noun.verb`, e.g. contribution.accepted. */
  readonly kind: string;
  /** Pseudonymous member id; null when the machine acts by rule. */
  readonly actor: string | null;
  /** What it is about: `noun:id`. */
  readonly subject: string;
  readonly payload: Json;
  /** Whether everybody may read the payload; a private one shows as its commitment only. */
  readonly visibility: Visibility;
  readonly postings?: readonly Posting[] | undefined;
  /** Unique in the book. The same key with the same input answers the entry that stands. */
  readonly idempotencyKey?: string | undefined;
  /** What makes two uses of a key the same; by default everything above. Give the request's body where ids are made fresh. */
  readonly input?: Json | undefined;
}

export interface Entry {
  readonly id: string;
  readonly kind: string;
  readonly time: Date;
  readonly actor: string | null;
  readonly subject: string;
  readonly visibility: Visibility;
  /** 32 bytes. */
  readonly leafHash: Uint8Array;
  /** Index of the leaf in the tree; null until sealed. */
  readonly position: bigint | null;
}

export type RecordCode =
  | LeafCode
  | CanonicalCode
  | PostingCode
  | 'bad_idempotency_key'
  | 'duplicate_idempotency_key'
  | 'idempotency_conflict'
  | 'insufficient_funds';

export interface RecordRefusal {
  readonly ok: false;
  readonly code: RecordCode;
  /** Index of the fact in the batch; 0 when it was recorded alone. */
  readonly fact: number;
  /** Readable: the account, the path in the payload, the key. */
  readonly what: string;
}
export type Recorded = { ok: true; entry: Entry; replayed: boolean } | RecordRefusal;
export type RecordedBatch = { ok: true; entries: { entry: Entry; replayed: boolean }[] } | RecordRefusal;

/**
 * Writes a fact into the book, in the caller's transaction, and answers its entry; await `db.durable()` after the
 * commit before handing out its receipt. Errors in this order: the words (`bad_kind`, `bad_actor`, `bad_subject`,
 * `bad_time`), the payload (`payload_too_deep`, `malformed_text`, `unsupported_value`, `payload_too_large`), the
 * postings (see `checkPostings`), `bad_idempotency_key`, `idempotency_conflict`, `insufficient_funds`. When
 * `replayed` is true nothing was written: the entry of the first time is answered, so undo whatever else the
 * transaction did (or ask `priorEntry` first).
 */
export async function record(tx: Tx, ctx: BookContext, fact: Fact): Promise<Recorded> {
  const recorded = await recordBatch(tx, ctx, [fact]);
  if (!recorded.ok) return recorded;
  const [only] = recorded.entries;
  if (!only) throw new Error('recording one fact gave no entry');
  return { ok: true, ...only };
}

/**
 * Writes many facts in one round trip, all or none, in the order given: each may spend what those before it brought
 * in. Facts whose key stands already with the same input are answered as replayed and not written again. Errors as
 * in `record`, of the first fact that has one, and `duplicate_idempotency_key` (twice in this batch).
 */
export async function recordBatch(tx: Tx, ctx: BookContext, facts: readonly Fact[]): Promise<RecordedBatch> {
  if (facts.length === 0) return { ok: true, entries: [] };
  const drafts: store.Drafted[] = [];
  const keys = new Set<string>();
  for (const [index, fact] of facts.entries()) {
    const drafted = draft(ctx, fact);
    if (!drafted.ok) return { ok: false, code: drafted.code, fact: index, what: drafted.what };
    const key = drafted.draft.idempotencyKey;
    if (key !== null && keys.has(key))
      return { ok: false, code: 'duplicate_idempotency_key', fact: index, what: key };
    if (key !== null) keys.add(key);
    drafts.push(drafted.draft);
  }
  return write(tx, drafts);
}

async function write(tx: Tx, drafts: readonly store.Drafted[]): Promise<RecordedBatch> {
  const standing = new Map<string, Entry>();
  // Twice at the most: the keys are locked after the first try, so the second one meets no new replay.
  for (let attempt = 0; attempt < 2; attempt++) {
    const fresh = drafts.filter(
      ({ idempotencyKey }) => idempotencyKey === null || !standing.has(idempotencyKey),
    );
    const { debits, credits } = movementsOf(fresh.map(({ postings }) => postings));
    const hindrances = fresh.length === 0 ? [] : await store.writeEntries(tx, fresh, debits, credits);
    const [first] = hindrances;
    if (!first) return { ok: true, entries: drafts.map((each) => answer(each, standing)) };
    if (first.hindrance === 'insufficient_funds') {
      const fact = drafts.findIndex(({ postings }) => postings.some(({ account }) => account === first.what));
      return { ok: false, code: 'insufficient_funds', fact, what: first.what };
    }
    for (const row of await store.entriesByKey(
      tx,
      hindrances.map(({ what }) => what),
    )) {
      const fact = drafts.findIndex(({ idempotencyKey }) => idempotencyKey === row.idempotencyKey);
      const key = row.idempotencyKey ?? '';
      if (!sameInput(row.inputHash, drafts[fact]?.inputHash)) {
        return { ok: false, code: 'idempotency_conflict', fact, what: key };
      }
      standing.set(key, entryOf(row));
    }
  }
  throw new Error('an idempotency key appeared while it was locked');
}

function answer(
  draft: store.Drafted,
  standing: ReadonlyMap<string, Entry>,
): { entry: Entry; replayed: boolean } {
  const prior = draft.idempotencyKey === null ? undefined : standing.get(draft.idempotencyKey);
  if (prior) return { entry: prior, replayed: true };
  return { entry: entryOf({ ...draft, position: null }), replayed: false };
}

export type PriorEntry = { state: 'new' } | { state: 'replayed'; entry: Entry } | { state: 'conflict' };

/**
 * What stands under an idempotency key, before a use case makes fresh ids. Others with the same key wait until this
 * transaction ends. Without a key the answer is always new. `input`: the same that `record` gets.
 */
export async function priorEntry(
  tx: Tx,
  asked: { idempotencyKey: string | undefined; input: Json },
): Promise<PriorEntry> {
  if (asked.idempotencyKey === undefined) return { state: 'new' };
  await store.lockKey(tx, asked.idempotencyKey);
  const [row] = await store.entriesByKey(tx, [asked.idempotencyKey]);
  if (!row) return { state: 'new' };
  const input = canonicalJson(asked.input);
  const same = input.ok && sameInput(row.inputHash, sha256(framed('uncaged/input/v1', input.text)));
  return same ? { state: 'replayed', entry: entryOf(row) } : { state: 'conflict' };
}

function sameInput(a: Uint8Array | null | undefined, b: Uint8Array | null | undefined): boolean {
  return Boolean(a && b && sameBytes(a, b));
}

function entryOf(row: Omit<Entry, never>): Entry {
  const { id, kind, time, actor, subject, visibility, leafHash, position } = row;
  return { id, kind, time, actor, subject, visibility, leafHash, position };
}

type Draft = { ok: true; draft: store.Drafted } | { ok: false; code: RecordCode; what: string };

function draft(ctx: BookContext, fact: Fact): Draft {
  const { kind, actor, subject, visibility } = fact;
  const postings = fact.postings ?? [];
  const words = { id: ctx.ids.next(), kind, actor, subject, time: ctx.clock.now() };
  const wrong = checkWords(words);
  if (wrong) return { ok: false, code: wrong, what: `${kind} ${subject}` };
  const payload = canonicalJson(fact.payload);
  if (!payload.ok) return { ok: false, code: payload.code, what: payload.path };
  const balanced = checkPostings(postings);
  if (!balanced.ok) return { ok: false, code: balanced.code, what: postings[balanced.index]?.account ?? '' };
  const keyed = keyOf(fact, payload.text, postings);
  if (!keyed.ok) return keyed;
  const salt = freshSalt();
  const commitment = commitmentOf(salt, payload.text);
  const leaf = { ...words, visibility, commitment, postings };
  return {
    ok: true,
    draft: {
      ...leaf,
      leafHash: entryHash(leaf),
      payload: payload.text,
      salt,
      idempotencyKey: keyed.key,
      inputHash: keyed.inputHash,
    },
  };
}

const salts = { bytes: new Uint8Array(256 * SALT_BYTES), used: 256 };

/** 32 random bytes, drawn 256 salts at a time; each is used once. */
function freshSalt(): Uint8Array {
  if (salts.used === 256) {
    crypto.getRandomValues(salts.bytes);
    salts.used = 0;
  }
  const at = salts.used++ * SALT_BYTES;
  const salt = salts.bytes.slice(at, at + SALT_BYTES);
  salts.bytes.fill(0, at, at + SALT_BYTES);
  return salt;
}

type Keyed =
  | { ok: true; key: string | null; inputHash: Uint8Array | null }
  | { ok: false; code: RecordCode; what: string };

function keyOf(fact: Fact, payload: string, postings: readonly Posting[]): Keyed {
  const key = fact.idempotencyKey;
  if (key === undefined) return { ok: true, key: null, inputHash: null };
  if (!/^[\x21-\x7e]{1,300}$/.test(key)) return { ok: false, code: 'bad_idempotency_key', what: key };
  if (fact.input !== undefined) {
    const input = canonicalJson(fact.input);
    if (!input.ok) return { ok: false, code: input.code, what: `input${input.path}` };
    return { ok: true, key, inputHash: sha256(framed('uncaged/input/v1', input.text)) };
  }
  const legs = postings.flatMap(({ account, currency, amount }) => [account, currency, amount.toString()]);
  const words = [fact.kind, fact.actor ?? '', fact.subject, fact.visibility, payload, ...legs];
  return { ok: true, key, inputHash: sha256(framed('uncaged/fact/v1', ...words)) };
}

/** Payload and salt (hex) of entries that are not erased: what opens their commitments. By entry id. */
export async function openingOf(
  tx: Tx,
  entryIds: readonly string[],
): Promise<Map<string, { payload: Json; salt: string }>> {
  const found = await store.payloadsOf(tx, entryIds);
  return new Map(
    [...found].map(([id, { payload, salt }]) => [
      id,
      { payload: JSON.parse(payload) as Json, salt: toHex(salt) },
    ]),
  );
}

/**
 * Erases an entry's payload and salt for ever and records that, and why, as `payload.erased`; the leaf and its proofs
 * stay. Errors: `nothing_to_erase` (no such entry, or erased before), then those of `record`.
 */
export async function erasePayload(
  tx: Tx,
  ctx: BookContext,
  erasure: { entryId: string; actor: string | null; reason: string },
): Promise<Recorded | { ok: false; code: 'nothing_to_erase' }> {
  if (!(await store.erase(tx, erasure.entryId))) return { ok: false, code: 'nothing_to_erase' };
  return record(tx, ctx, {
    kind: 'payload.erased',
    actor: erasure.actor,
    subject: `entry:${erasure.entryId}`,
    payload: { entryId: erasure.entryId, reason: erasure.reason },
    visibility: 'public',
  });
}
