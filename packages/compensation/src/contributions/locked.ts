import type { Tx } from '@uncaged/platform';
import { lockCall, type StoredCall } from '../calls/calls.store.ts';
import * as store from './contributions.store.ts';

export type Locked = { piece: store.ContributionRow; call: StoredCall; reviews: store.ReviewRow[] };

/** A piece and its call. Locks in one order everywhere, so that two decisions never wait for each other crosswise. */
export async function lockPiece(tx: Tx, id: string): Promise<Locked | null> {
  const piece = await store.lockContribution(tx, id);
  if (!piece) return null;
  const call = await lockCall(tx, piece.callId);
  if (!call) throw new Error(`contribution ${id} belongs to no call`);
  return { piece, call, reviews: await store.reviewsOf(tx, [id]) };
}
