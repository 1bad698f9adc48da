import { type Entry, erasePayload, privatePayloadsOf } from '@uncaged/book';
import { eraseAccount, type Tx } from '@uncaged/platform';
import type { GovernedContext } from './context.ts';
import { forget } from './deliberation.store.ts';
import { recordFact } from './facts.ts';
import * as store from './members.store.ts';

/** What a recount has to open later: a ballot, the verdict of a review. They hold ids and no words. */
const kept = new Set(['ballot.cast', 'contribution.reviewed', 'appeal.judged', 'delegation.given']);

/**
 * Forgets a member: pseudonym, login, sessions, and the words of every private payload they put into the book, but
 * for ballots and verdicts, which hold no words and which a recount needs. Their id, their roles in history, their
 * money and every proof stay. `alongside` forgets in the same transaction what other domains keep in rows of their
 * own. Errors, in this order: `not_logged_in` (nobody acts), `already_erased`.
 */
export async function eraseMe(
  ctx: GovernedContext,
  alongside?: (tx: Tx, memberId: string) => Promise<unknown>,
): Promise<
  { ok: true; payloadsErased: number; entry: Entry } | { ok: false; code: 'not_logged_in' | 'already_erased' }
> {
  const { memberId } = ctx.actor;
  if (memberId === null) return { ok: false, code: 'not_logged_in' };
  return ctx.db.transaction(async (tx) => {
    await store.lockCollective(tx);
    const row = await store.byId(tx, memberId);
    if (!row || row.erasedAt) return { ok: false, code: 'already_erased' };
    const theirs = (await privatePayloadsOf(tx, memberId)).filter(({ kind }) => !kept.has(kind));
    for (const { entryId } of theirs) {
      const erased = await erasePayload(tx, ctx, { entryId, actor: memberId, reason: 'the member left' });
      if (!erased.ok) throw new Error(`a payload cannot be erased: ${erased.code}`);
    }
    await store.erase(tx, memberId, ctx.clock.now());
    await forget(tx, memberId, ctx.clock.now());
    await eraseAccount(tx, memberId);
    await alongside?.(tx, memberId);
    const entry = await recordFact(tx, ctx, {
      kind: 'member.erased',
      actor: memberId,
      subject: `member:${memberId}`,
      payload: { payloads: theirs.length },
      visibility: 'public',
    });
    return { ok: true, payloadsErased: theirs.length, entry };
  });
}
