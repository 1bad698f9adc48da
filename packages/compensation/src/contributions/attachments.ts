import { createHash } from 'node:crypto';
import type { Tx } from '@uncaged/platform';
import { atOneInstant, type GovernedContext, memberActing } from '../context.ts';
import * as store from './attachments.store.ts';
import { contributionOf } from './contributions.ts';

/** Pictures of one member that wait to be handed in, at most: two reports' worth, and then some. */
const looseLimit = 12;
/** What was never handed in is thrown away after so long. */
const looseDays = 7;

export interface Attachment {
  id: string;
  /** of the WebP */
  sha256: string;
}

export type AttachmentKept =
  | { ok: true; attachment: Attachment }
  | { ok: false; code: 'too_many_attachments' };

/**
 * Keeps a picture that is to come with a report. `webp`: drawn anew from what was sent, with none of its metadata.
 * Error: too_many_attachments (12 wait already).
 */
export async function keepAttachment(given: GovernedContext, webp: Uint8Array): Promise<AttachmentKept> {
  const ctx = atOneInstant(given);
  const memberId = memberActing(ctx);
  const sha256 = createHash('sha256').update(webp).digest('hex');
  return ctx.db.transaction(async (tx) => {
    if ((await store.lockLoose(tx, memberId)).length >= looseLimit)
      return { ok: false, code: 'too_many_attachments' };
    const id = ctx.ids.next();
    const empty = { contributionId: null, place: null };
    await store.insert(tx, { id, memberId, ...empty, sha256, webp, addedAt: ctx.now });
    return { ok: true, attachment: { id, sha256 } };
  });
}

/** A picture's bytes, for its author, and for whoever may read the words it came with. */
export async function attachmentOf(
  tx: Tx,
  ctx: GovernedContext,
  id: string,
): Promise<{ sha256: string; webp: Uint8Array } | null> {
  const row = await store.byId(tx, id);
  if (!row?.webp) return null;
  const { sha256, webp, contributionId } = row;
  if (row.memberId === ctx.actor.memberId) return { sha256, webp };
  const piece = contributionId === null ? null : await contributionOf(tx, ctx, contributionId);
  return piece?.attachments.some((one) => one.id === id) ? { sha256, webp } : null;
}

/** What was never handed in, and is to be thrown away. */
export function looseAttachments(tx: Tx, now: Date): Promise<string[]> {
  return store.stray(tx, new Date(now.getTime() - looseDays * 86_400_000));
}

/** Throws it away; false where it was handed in after all. */
export function removeLoose(tx: Tx, _ctx: unknown, id: string): Promise<boolean> {
  return store.removeLoose(tx, id);
}
