import { rows, sql, type Tx } from '@uncaged/platform';
import { fromHex, toHex } from './bytes.ts';
import type { Visibility } from './leaf.ts';
import type { Movement } from './movements.ts';
import type { Posting } from './postings.ts';

/** An entry with everything hashed, ready to be written. */
export interface Drafted {
  readonly id: string;
  readonly kind: string;
  readonly time: Date;
  readonly actor: string | null;
  readonly subject: string;
  readonly visibility: Visibility;
  readonly commitment: Uint8Array;
  readonly leafHash: Uint8Array;
  readonly postings: readonly Posting[];
  /** Canonical JSON. */
  readonly payload: string;
  readonly salt: Uint8Array;
  readonly idempotencyKey: string | null;
  readonly inputHash: Uint8Array | null;
}

export interface Hindrance {
  readonly hindrance: 'replay' | 'insufficient_funds';
  /** The idempotency key, or the account. */
  readonly what: string;
}

/** Writes all drafts, or none: then says what stood in the way. One round trip. */
export async function writeEntries(
  tx: Tx,
  drafts: readonly Drafted[],
  debits: readonly Movement[],
  credits: readonly Movement[],
): Promise<Hindrance[]> {
  const keys = drafts.flatMap((draft) => draft.idempotencyKey ?? []);
  const postings = drafts.flatMap((draft) =>
    draft.postings.map(({ account, currency, amount }, line) => ({
      entry: draft.id,
      line,
      account,
      currency,
      amount: amount.toString(),
    })),
  );
  const batch = {
    entries: drafts.map(entryJson),
    ...(keys.length > 0 ? { keys } : {}),
    ...(postings.length > 0
      ? { postings, debits: debits.map(movementJson), credits: credits.map(movementJson) }
      : {}),
  };
  return rows<Hindrance>(
    tx,
    sql`select hindrance, what from book_record(${JSON.stringify(batch)}::text::jsonb)`,
  );
}

function entryJson(draft: Drafted): Record<string, unknown> {
  return {
    id: draft.id,
    kind: draft.kind,
    time: draft.time.toISOString(),
    actor: draft.actor,
    subject: draft.subject,
    visibility: draft.visibility,
    commitment: toHex(draft.commitment),
    leaf: toHex(draft.leafHash),
    legs: draft.postings.length,
    payload: draft.payload,
    salt: toHex(draft.salt),
    key: draft.idempotencyKey,
    input: draft.inputHash && toHex(draft.inputHash),
  };
}

function movementJson(movement: Movement, n: number): Record<string, unknown> {
  const { account, currency } = movement;
  return { n, account, currency, need: movement.lowest.toString(), net: movement.net.toString() };
}

/** An entry as written, without its payload. */
export interface WrittenRow {
  id: string;
  kind: string;
  time: Date;
  actor: string | null;
  subject: string;
  visibility: Visibility;
  leafHash: Uint8Array;
  position: bigint | null;
  inputHash: Uint8Array | null;
  idempotencyKey: string | null;
}

/** The entries written under these keys, in no order. */
export async function entriesByKey(tx: Tx, keys: readonly string[]): Promise<WrittenRow[]> {
  if (keys.length === 0) return [];
  return rows<WrittenRow>(
    tx,
    sql`select e.id, e.kind, e."time", e.actor, e.subject, e.visibility, e.leaf_hash as "leafHash",
          (select l.position from book_leaves l where l.entry_id = e.id) as position, e.input_hash as "inputHash",
          e.idempotency_key as "idempotencyKey"
        from book_entries e where e.idempotency_key = any (${sql.param([...keys])}::text[])`,
  );
}

/** Waits until nobody else is writing under this key, and keeps others waiting until the transaction ends. */
export async function lockKey(tx: Tx, key: string): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${key}::text, 7201))`);
}

/** Payload and salt of entries, where not erased, by entry id. */
export async function payloadsOf(
  tx: Tx,
  ids: readonly string[],
): Promise<Map<string, { payload: string; salt: Uint8Array }>> {
  const found = await rows<{ id: string; payload: string; salt: string }>(
    tx,
    sql`select entry_id as id, payload, encode(salt, 'hex') as salt from book_payloads
        where payload is not null and entry_id in (select jsonb_array_elements_text(${JSON.stringify(ids)}::text::jsonb))`,
  );
  return new Map(
    found.map(({ id, payload, salt }) => [id, { payload, salt: fromHex(salt) ?? new Uint8Array() }]),
  );
}

/** Erases payload and salt; false when there is nothing left to erase. */
export async function erase(tx: Tx, entryId: string): Promise<boolean> {
  const erased = await rows(
    tx,
    sql`update book_payloads set payload = null, salt = null
        where entry_id = ${entryId} and payload is not null returning entry_id`,
  );
  return erased.length > 0;
}
