import { type Entry, type Fact, type Json, priorEntry, record } from '@uncaged/book';
import type { ConsentUse } from '@uncaged/governance/rules';
import type { Tx } from '@uncaged/platform';
import { type ProvenanceContext, recorded } from '../context.ts';
import { datasetsWithWork, holdingsChanged } from '../lineage/holdings.store.ts';
import { sha256Of } from '../picture/read.ts';
import { isShownAt, workById } from '../works/works.store.ts';
import { type Basis, consentTexts } from './consent.ts';
import * as store from './consents.store.ts';

export type { ConsentRow } from './consents.store.ts';

export interface ConsentWish {
  workId: string;
  use: ConsentUse;
  answer: boolean;
  expiresAt?: Date | undefined;
  idempotencyKey?: string | undefined;
}

export type ConsentGiven =
  | { ok: true; consent: store.ConsentRow; entry: Entry }
  | { ok: false; code: 'unknown_work' | 'not_your_work' | 'consent_expired' | 'idempotency_conflict' };

/** A consent line before it stands in the book. */
export function consentLine(
  ctx: Pick<ProvenanceContext, 'ids' | 'clock'>,
  line: { workId: string; use: ConsentUse; answer: boolean; memberId: string; expiresAt: Date | null },
): store.ConsentRow {
  const text = consentTexts[line.use];
  return {
    ...line,
    id: ctx.ids.next(),
    givenAt: ctx.clock.now(),
    text,
    textSha256: sha256Of(text),
    entryId: '',
  };
}

/** What the book says of a consent line. */
export function consentFact(line: store.ConsentRow, basis: Basis): Fact {
  return {
    kind: line.answer ? 'consent.given' : 'consent.revoked',
    actor: line.memberId,
    subject: `work:${line.workId}`,
    payload: {
      consentId: line.id,
      workId: line.workId,
      use: line.use,
      answer: line.answer ? 'yes' : 'no',
      basis,
      expiresAt: line.expiresAt?.toISOString() ?? null,
      textSha256: line.textSha256,
    },
    visibility: 'public',
  };
}

/**
 * Says yes or no to one use of one's own work. The line is added, never changed; from now on it counts.
 * Errors in the order they are tested: `consent_expired`, `idempotency_conflict`, `unknown_work`, `not_your_work`.
 */
export function giveConsent(ctx: ProvenanceContext, wish: ConsentWish): Promise<ConsentGiven> {
  return ctx.db.transaction(async (tx) => {
    if (wish.expiresAt && wish.expiresAt <= ctx.clock.now()) return { ok: false, code: 'consent_expired' };
    const { idempotencyKey } = wish;
    const input: Json = {
      workId: wish.workId,
      use: wish.use,
      answer: wish.answer,
      expiresAt: wish.expiresAt?.toISOString() ?? null,
    };
    if (idempotencyKey !== undefined) {
      const prior = await priorEntry(tx, { idempotencyKey, input });
      if (prior.state === 'conflict') return { ok: false, code: 'idempotency_conflict' };
      if (prior.state === 'replayed') return replayed(tx, prior.entry);
    }
    const work = await workById(tx, wish.workId);
    const memberId = ctx.actor.memberId;
    if (!work || memberId === null) return { ok: false, code: 'unknown_work' };
    if (work.memberId !== memberId)
      return {
        ok: false,
        code: (await isShownAt(tx, work.id, ctx.clock.now())) ? 'not_your_work' : 'unknown_work',
      };
    const { use, answer } = wish;
    const line = consentLine(ctx, {
      workId: work.id,
      use,
      answer,
      memberId,
      expiresAt: wish.expiresAt ?? null,
    });
    const keyed = idempotencyKey === undefined ? {} : { idempotencyKey, input };
    const entry = recorded(await record(tx, ctx, { ...consentFact(line, work.basis), ...keyed }));
    const consent = { ...line, entryId: entry.id };
    await store.insertConsents(tx, [consent]);
    if (use === 'train_base') await holdingsChanged(tx, await datasetsWithWork(tx, work.id));
    return { ok: true, consent, entry };
  });
}

async function replayed(tx: Tx, entry: Entry): Promise<ConsentGiven> {
  const consent = await store.consentByEntry(tx, entry.id);
  if (!consent) throw new Error(`the consent of entry ${entry.id} is gone`);
  return { ok: true, consent, entry };
}

/** Names that may stand in a prompt because the artist of that name said yes, in the form policy's rules take. */
export async function styleNameConsents(
  tx: Tx,
  at: Date,
): Promise<{ name: string; use: 'style_name_prompting' }[]> {
  const names = await store.namesWithStyleConsent(tx, at);
  return names.map((name) => ({ name, use: 'style_name_prompting' }));
}
