import { type Entry, type Json, priorEntry } from '@uncaged/book';
import type { Tx } from '@uncaged/platform';
import type { GovernedContext } from './context.ts';
import { checkPatch, checkText, type PatchRefusal, type TextCheck, votersNow } from './drafts.ts';
import { recordFact } from './facts.ts';
import * as members from './members.store.ts';
import * as options from './options.store.ts';
import { optionKey } from './options.ts';
import { changesPolicy, diffPolicies, type PolicyPatch, patchPolicy } from './patch.ts';
import * as policies from './policies.store.ts';
import { requirePolicy } from './policies.ts';
import { mayDo, type Policy, type PolicyInForce, voteRuleOf } from './policy.ts';
import * as store from './proposals.store.ts';
import { type FrozenRefusal, lockOwnText, rewrite } from './proposals.ts';
import { writtenAgainst } from './standing.ts';
import { takesWords } from './timeline.ts';

type Refused<Code extends string> = { ok: false; code: Code };

export type OptionPut =
  | { ok: true; key: string; entry: Entry }
  | Refused<
      | 'idempotency_conflict'
      | 'not_allowed'
      | 'unknown_proposal'
      | 'text_frozen'
      | 'takes_no_options'
      | 'too_many_options'
      | 'option_exists'
    >
  | Extract<TextCheck, { ok: false }>
  | PatchRefusal;

interface Written {
  title: string;
  body: string;
  patch: PolicyPatch;
}

/**
 * Puts an amendment beside a change, or one more answer beside those of a question, before the vote opens. Errors in
 * this order: `idempotency_conflict`, `not_allowed`, `unknown_proposal`, `text_frozen`, `takes_no_options` (an election,
 * a question of yes or no, a kind whose rule counts no options), `too_many_options`, `title_length`, `body_length`,
 * those of `checkPatch`, `option_exists` (the same change or answer stands already).
 */
export async function putOption(
  ctx: GovernedContext,
  asked: Written & { proposalId: string; idempotencyKey?: string | undefined },
): Promise<OptionPut> {
  const { proposalId, idempotencyKey, ...written } = asked;
  const input = { proposalId, ...written } as unknown as Json;
  return ctx.db.transaction(async (tx) => {
    const prior = await priorEntry(tx, { idempotencyKey, input });
    if (prior.state === 'conflict') return { ok: false, code: 'idempotency_conflict' };
    await members.lockCollective(tx);
    const policy = await requirePolicy(tx);
    const { memberId, roles } = ctx.actor;
    if (memberId === null || !mayDo(policy.document, roles, 'propose'))
      return { ok: false, code: 'not_allowed' };
    const proposal = await store.lock(tx, proposalId);
    if (!proposal) return { ok: false, code: 'unknown_proposal' };
    const before = await options.optionsOf(tx, proposalId);
    const replayed = prior.state === 'replayed' && before.find(({ entryId }) => entryId === prior.entry.id);
    if (prior.state === 'replayed' && replayed) return { ok: true, key: replayed.key, entry: prior.entry };
    if (!takesWords(proposal, ctx.clock.now())) return { ok: false, code: 'text_frozen' };
    const checked = await checkOption(tx, proposal, policy, before, written);
    if (!checked.ok) return checked;
    const { title, body } = checked;
    const key = optionKey(before.length + 1);
    const patch = changesPolicy(proposal.kind) ? written.patch : null;
    const entry = await recordFact(tx, ctx, {
      kind: 'proposal.amended',
      actor: memberId,
      subject: `proposal:${proposalId}`,
      payload: { proposalId, key, title, body, ...(patch && { patch }) } as unknown as Json,
      visibility: 'public',
      idempotencyKey,
      input,
    });
    await options.insertOption(tx, {
      ...{ proposalId, key, number: before.length + 1, title, body, patch, memberId: null },
      ...{ authorId: memberId, state: 'put', createdAt: entry.time, entryId: entry.id },
    });
    return { ok: true, key, entry };
  });
}

async function checkOption(
  tx: Tx,
  proposal: store.ProposalRow,
  policy: PolicyInForce,
  before: readonly options.OptionRow[],
  written: Written,
): Promise<Extract<TextCheck, { ok: true }> | Extract<OptionPut, { ok: false }>> {
  const { kind } = proposal;
  const rule = voteRuleOf(policy.document, kind)?.options;
  const put = before.filter((option) => option.state === 'put');
  const answers = kind === 'open' && before.length > 0;
  if (!rule || !(answers || changesPolicy(kind))) return { ok: false, code: 'takes_no_options' };
  // The proposal's own words are an option too.
  if (put.length + (answers ? 0 : 1) >= rule.maxOptions) return { ok: false, code: 'too_many_options' };
  const text = checkText(written);
  if (!text.ok) return text;
  const base = await writtenAgainst(tx, proposal);
  const fits = await checkPatch(tx, kind, base, written.patch);
  if (!fits.ok) return fits;
  const exists = answers
    ? put.some((option) => option.title === text.title)
    : [proposal, ...put].some((other) => sameChange(base, fits.policy, other.patch ?? []));
  return exists ? { ok: false, code: 'option_exists' } : text;
}

function sameChange(base: Policy, outcome: Policy, patch: PolicyPatch): boolean {
  const other = patchPolicy(base, patch);
  return other.ok && diffPolicies(other.policy, outcome).length === 0;
}

export type Accepted =
  | { ok: true; entry: Entry }
  | FrozenRefusal
  | Refused<'unknown_option' | 'already_withdrawn' | 'already_accepted' | 'takes_no_options'>;

/**
 * The author makes an amendment the proposal's own change, and the discussion begins anew. Errors in this order:
 * `unknown_proposal`, `not_author`, `text_frozen`, `unknown_option`, `already_withdrawn`, `already_accepted`,
 * `takes_no_options` (it is an answer, or a candidacy).
 */
export async function acceptOption(ctx: GovernedContext, id: string, key: string): Promise<Accepted> {
  return ctx.db.transaction(async (tx) => {
    await members.lockCollective(tx);
    const own = await lockOwnText(tx, ctx, id);
    if (!own.ok) return own;
    const { proposal } = own;
    const option = await options.optionOf(tx, id, key);
    const gone = refusePast(option);
    if (gone) return gone;
    const base = await policies.byVersion(tx, proposal.againstVersion);
    if (!option?.patch || !base) return { ok: false, code: 'takes_no_options' };
    const { title, body, terms } = proposal;
    const policy = { base, inForce: await requirePolicy(tx) };
    const words = { title, body, patch: option.patch, terms, from: key };
    return { ok: true, entry: await rewrite(tx, ctx, proposal, policy, words) };
  });
}

function refusePast(
  option: options.OptionRow | null,
): Refused<'unknown_option' | 'already_withdrawn' | 'already_accepted'> | null {
  if (!option) return { ok: false, code: 'unknown_option' };
  if (option.state === 'withdrawn') return { ok: false, code: 'already_withdrawn' };
  return option.state === 'accepted' ? { ok: false, code: 'already_accepted' } : null;
}

export type OptionWithdrawn =
  | { ok: true; entry: Entry }
  | Refused<
      | 'unknown_proposal'
      | 'unknown_option'
      | 'not_author'
      | 'already_withdrawn'
      | 'already_accepted'
      | 'text_frozen'
    >;

/**
 * Takes back an amendment, an answer, or a candidacy of one's own, before the vote opens. Errors in this order:
 * `unknown_proposal`, `unknown_option`, `not_author`, `already_withdrawn`, `already_accepted`, `text_frozen`.
 */
export async function withdrawOption(
  ctx: GovernedContext,
  id: string,
  key: string,
): Promise<OptionWithdrawn> {
  return ctx.db.transaction(async (tx) => {
    const proposal = await store.lock(tx, id);
    if (!proposal) return { ok: false, code: 'unknown_proposal' };
    const option = await options.optionOf(tx, id, key);
    if (option && option.authorId !== ctx.actor.memberId) return { ok: false, code: 'not_author' };
    const gone = refusePast(option);
    if (gone) return gone;
    if (!takesWords(proposal, ctx.clock.now())) return { ok: false, code: 'text_frozen' };
    const candidacy = option !== null && option.memberId !== null;
    const entry = await recordFact(tx, ctx, {
      kind: candidacy ? 'candidacy.withdrawn' : 'proposal.amendment-withdrawn',
      actor: ctx.actor.memberId,
      subject: `proposal:${id}`,
      payload: { proposalId: id, key },
      visibility: 'public',
    });
    await options.setOptionState(tx, id, key, 'withdrawn');
    return { ok: true, entry };
  });
}

export type Stood =
  | { ok: true; key: string; entry: Entry }
  | Refused<
      | 'unknown_proposal'
      | 'not_an_election'
      | 'text_frozen'
      | 'not_eligible_to_stand'
      | 'already_standing'
      | 'too_many_options'
    >
  | Extract<TextCheck, { ok: false }>;

/**
 * Stands for election, for oneself only, until the vote opens. Errors in this order: `unknown_proposal`,
 * `not_an_election`, `text_frozen`, `not_eligible_to_stand` (who cannot vote cannot stand), `already_standing`,
 * `too_many_options`, `body_length`.
 */
export async function stand(ctx: GovernedContext, proposalId: string, statement: string): Promise<Stood> {
  const memberId = ctx.actor.memberId ?? '';
  return ctx.db.transaction(async (tx) => {
    await members.lockCollective(tx);
    const proposal = await store.lock(tx, proposalId);
    if (!proposal) return { ok: false, code: 'unknown_proposal' };
    if (proposal.kind !== 'election') return { ok: false, code: 'not_an_election' };
    if (!takesWords(proposal, ctx.clock.now())) return { ok: false, code: 'text_frozen' };
    const policy = await requirePolicy(tx);
    if (!(await votersNow(tx, policy.document)).includes(memberId))
      return { ok: false, code: 'not_eligible_to_stand' };
    const before = await options.optionsOf(tx, proposalId);
    const put = before.filter((option) => option.state === 'put');
    if (put.some((option) => option.memberId === memberId)) return { ok: false, code: 'already_standing' };
    const most = voteRuleOf(policy.document, 'election')?.options?.maxOptions ?? 0;
    if (put.length >= most) return { ok: false, code: 'too_many_options' };
    const text = checkText({ title: proposal.title, body: statement });
    if (!text.ok) return text;
    const key = optionKey(before.length + 1);
    const entry = await recordFact(tx, ctx, {
      kind: 'candidacy.declared',
      actor: memberId,
      subject: `proposal:${proposalId}`,
      payload: { proposalId, key, memberId, statement: text.body },
      visibility: 'public',
    });
    await options.insertOption(tx, {
      ...{ proposalId, key, number: before.length + 1, title: '', body: text.body, patch: null, memberId },
      ...{ authorId: memberId, state: 'put', createdAt: entry.time, entryId: entry.id },
    });
    return { ok: true, key, entry };
  });
}
