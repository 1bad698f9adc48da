import { eq, inArray, type Tx } from '@uncaged/platform';
import type { DecidedBy } from '../contributions/decision.ts';
import { calls, contributions } from '../tables.ts';

/** What a statement says about a piece of work. */
export interface PieceWords {
  kind: string;
  callId: string;
  callTitle: string;
  decidedBy: DecidedBy | null;
}

export async function piecesById(tx: Tx, ids: readonly string[]): Promise<Map<string, PieceWords>> {
  if (ids.length === 0) return new Map();
  const { id, kind, callId, decidedBy } = contributions;
  const found = await tx
    .select({ id, kind, callId, callTitle: calls.title, decidedBy })
    .from(contributions)
    .innerJoin(calls, eq(calls.id, contributions.callId))
    .where(inArray(contributions.id, [...new Set(ids)]));
  return new Map(found.map(({ id: key, ...words }) => [key, words]));
}
