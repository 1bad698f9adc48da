import type { Actor, Secrets, Tx } from '@uncaged/platform';
import { toHex } from './bytes.ts';
import type { Json } from './canonical.ts';
import * as store from './entries.store.ts';
import { receiptFor } from './key.ts';
import { leafBytes } from './leaf.ts';
import * as log from './log.store.ts';
import { type Inclusion, inclusion } from './proofs.ts';
import type { Receipt } from './receipt.ts';

/** An entry as somebody may see it. */
export interface SeenEntry extends Omit<store.StoredEntry, 'payload' | 'salt'> {
  /** Null when erased, or private and not theirs. */
  readonly payload: Json;
  /** Opens the commitment, with the payload. */
  readonly salt: Uint8Array | null;
  readonly erased: boolean;
}

/** Who looks: private payloads show to who wrote them and to the operator. */
export type Reader = Pick<Actor, 'memberId' | 'kind'>;

/** The entry as `reader` may see it. */
function seenBy(reader: Reader, entry: store.StoredEntry): SeenEntry {
  const erased = entry.payload === null;
  const own = reader.memberId !== null && reader.memberId === entry.actor;
  const open = entry.visibility === 'public' || reader.kind === 'operator' || own;
  const payload = open && entry.payload !== null ? (JSON.parse(entry.payload) as Json) : null;
  return { ...entry, payload, salt: open ? entry.salt : null, erased };
}

export interface EntriesAsked {
  /** `next` of the page before. */
  readonly after?: string | undefined;
  readonly newestFirst?: boolean;
  readonly kind?: string | undefined;
  readonly subject?: string | undefined;
  /** 1 to 500; 100 when left out. */
  readonly limit?: number | undefined;
}

/**
 * A page of the sealed log, oldest first unless asked otherwise. What was written in the last second may not show
 * yet; ask for it by id. Error: `bad_cursor`.
 */
export async function entries(
  tx: Tx,
  reader: Reader,
  asked: EntriesAsked = {},
): Promise<{ ok: true; entries: SeenEntry[]; next: string | null } | { ok: false; code: 'bad_cursor' }> {
  const limit = Math.min(Math.max(asked.limit ?? 100, 1), 500);
  if (asked.after !== undefined && !/^\d{1,18}$/.test(asked.after)) return { ok: false, code: 'bad_cursor' };
  const found = await store.sealedEntries(tx, {
    after: asked.after === undefined ? null : BigInt(asked.after),
    newestFirst: asked.newestFirst ?? false,
    limit: limit + 1,
    kind: asked.kind,
    subject: asked.subject,
  });
  const page = found.slice(0, limit).map((entry) => seenBy(reader, entry));
  const last = page.at(-1)?.position;
  return { ok: true, entries: page, next: found.length > limit && last != null ? String(last) : null };
}

export interface ProvenEntry {
  readonly entry: SeenEntry;
  /** The bytes behind the leaf hash. */
  readonly leaf: Uint8Array;
  readonly receipt: Receipt;
  /** Null until sealed. */
  readonly inclusion: Inclusion | null;
  /** The signed checkpoint the proof leads to. */
  readonly checkpoint: string | null;
}

/** One entry with everything to check it by. Error: `unknown_entry`. */
export async function provenEntry(
  tx: Tx,
  ctx: { readonly secrets: Secrets },
  reader: Reader,
  id: string,
): Promise<({ ok: true } & ProvenEntry) | { ok: false; code: 'unknown_entry' }> {
  const stored = await store.entryById(tx, id);
  if (!stored) return { ok: false, code: 'unknown_entry' };
  const leaf = leafBytes(stored);
  const receipt = await receiptFor(ctx, stored);
  const entry = seenBy(reader, stored);
  const newest = stored.position === null ? null : await log.newestCheckpoint(tx);
  if (!newest || stored.position === null) {
    return { ok: true, entry, leaf, receipt, inclusion: null, checkpoint: null };
  }
  const proven = await inclusion(tx, stored.position, newest.size);
  if (!proven.ok) throw new Error(`no proof for the sealed entry ${id}: ${proven.code}`);
  if (toHex(proven.inclusion.root) !== toHex(newest.root))
    throw new Error('the tree does not lead to its checkpoint');
  return { ok: true, entry, leaf, receipt, inclusion: proven.inclusion, checkpoint: newest.note };
}
