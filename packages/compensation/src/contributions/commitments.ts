import { type Entry, priorEntry } from '@uncaged/book';
import { recordInput } from '../book-entry.ts';
import { lockCall } from '../calls/calls.store.ts';
import { type JoinCode, mayHandIn } from '../calls/joining.ts';
import {
  atOneInstant,
  type GovernedContext,
  type IdempotencyConflict,
  type Idempotent,
  memberActing,
} from '../context.ts';
import * as store from './commitments.store.ts';

export type Committed =
  | { ok: true; id: string; committedAt: Date; entry: Entry }
  | IdempotencyConflict
  | { ok: false; code: 'unknown_call' | 'call_over' | JoinCode }
  | { ok: false; code: 'commitment_malformed' | 'already_committed' };

/**
 * Claims a finding before it is written up: the entry holds the time and `commitment` (see `findingCommitment`), and
 * nothing of what was found. Errors, in the order they are tested: idempotency_conflict, unknown_call, call_over,
 * places_not_drawn, may_not_join, commitment_malformed, already_committed.
 */
export async function commitFinding(
  given: GovernedContext,
  asked: { callId: string; commitment: string } & Idempotent,
): Promise<Committed> {
  const ctx = atOneInstant(given);
  const memberId = memberActing(ctx);
  const { callId, idempotencyKey } = asked;
  const commitment = asked.commitment.toLowerCase();
  const input = { what: 'commitment', callId, commitment };
  return ctx.db.transaction(async (tx) => {
    const prior = await priorEntry(tx, { idempotencyKey, input });
    if (prior.state === 'conflict') return { ok: false, code: 'idempotency_conflict' };
    const standing = await store.commitmentOf(tx, { callId, memberId, commitment });
    if (prior.state === 'replayed' && standing)
      return { ok: true, id: standing.id, committedAt: standing.committedAt, entry: prior.entry };
    const call = await lockCall(tx, callId);
    if (!call) return { ok: false, code: 'unknown_call' };
    if (ctx.now >= call.terms.deadline) return { ok: false, code: 'call_over' };
    const allowed = mayHandIn(call.terms, call.row, memberId);
    if (!allowed.ok) return allowed;
    if (!/^[0-9a-f]{64}$/.test(commitment)) return { ok: false, code: 'commitment_malformed' };
    if (standing) return { ok: false, code: 'already_committed' };
    const id = ctx.ids.next();
    const fact = {
      kind: 'finding.committed',
      actor: memberId,
      subject: `finding:${id}`,
      payload: { commitmentId: id, callId, commitment },
      visibility: 'public' as const,
    };
    const entry = await recordInput(tx, ctx, { fact, idempotencyKey, input });
    const row = { id, callId, memberId, commitment, committedAt: ctx.now, entryId: entry.id };
    await store.insertCommitment(tx, row);
    return { ok: true, id, committedAt: ctx.now, entry };
  });
}
