import { checkpointOver, type Entry } from '@uncaged/book';
import { toHex } from '@uncaged/book/rules';
import type { Tx } from '@uncaged/platform';
import { recordAllowed } from '../book-entry.ts';
import { atOneInstant, type GovernedContext, memberActing } from '../context.ts';
import * as store from './calls.store.ts';
import { mayPutDown, type PutDownCode, placesOf } from './joining.ts';

export type PutDown = { ok: true; entry: Entry } | { ok: false; code: 'unknown_call' | PutDownCode };

/** Puts a member's name down for a call whose places are drawn. Errors: unknown_call, those of `mayPutDown`. */
export async function putDown(given: GovernedContext, callId: string): Promise<PutDown> {
  const ctx = atOneInstant(given);
  const memberId = memberActing(ctx);
  return ctx.db.transaction(async (tx) => {
    const call = await store.lockCall(tx, callId);
    if (!call) return { ok: false, code: 'unknown_call' };
    const allowed = mayPutDown(call.terms, await store.joinsOf(tx, callId), memberId, ctx.now);
    if (!allowed.ok) return allowed;
    const entry = await recordAllowed(tx, ctx, {
      kind: 'call.joined',
      actor: memberId,
      subject: `call:${callId}`,
      payload: { callId, memberId },
      visibility: 'public',
    });
    await store.insertJoin(tx, { callId, memberId, joinedAt: ctx.now, entryId: entry.id });
    return { ok: true, entry };
  });
}

/**
 * Draws the places of a call that takes no more names: first the list is closed, in the book; the root of the first
 * checkpoint over that entry then draws, which nobody knew before. False when there was nothing to do yet.
 */
export async function drawPlaces(tx: Tx, ctx: GovernedContext & { now: Date }, id: string): Promise<boolean> {
  const call = await store.lockCall(tx, id);
  if (!call || call.row.drawn !== null) return false;
  const { joining } = call.terms;
  if (joining.who !== 'drawn' || ctx.now < joining.joinBy) return false;
  const joined = await store.joinsOf(tx, id);
  if (call.row.joiningEntryId === null) {
    const entry = await recordAllowed(tx, ctx, {
      kind: 'call.joining-closed',
      actor: null,
      subject: `call:${id}`,
      payload: { callId: id, joined },
      visibility: 'public',
    });
    await store.storePlaces(tx, id, { joiningEntryId: entry.id });
    return true;
  }
  const checkpoint = await checkpointOver(tx, call.row.joiningEntryId);
  if (!checkpoint) return false;
  const seed = toHex(checkpoint.root);
  const drawn = placesOf(id, joined, joining.seats, seed);
  const entry = await recordAllowed(tx, ctx, {
    kind: 'call.drawn',
    actor: null,
    subject: `call:${id}`,
    payload: { callId: id, size: String(checkpoint.size), seed, drawn },
    visibility: 'public',
  });
  await store.storePlaces(tx, id, { drawn, drawnEntryId: entry.id });
  return true;
}
