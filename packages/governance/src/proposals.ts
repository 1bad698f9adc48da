import { type Entry, type Json, priorEntry } from '@uncaged/book';
import type { Tx } from '@uncaged/platform';
import type { GovernedContext } from './context.ts';
import { checkMatter, checkText, type Matter, type MatterRefusal, type TextCheck } from './drafts.ts';
import { at, recordFact } from './facts.ts';
import * as members from './members.store.ts';
import { openVote } from './opening.ts';
import * as options from './options.store.ts';
import { optionKey, optionsMissing } from './options.ts';
import { changesPolicy, type PolicyPatch, patchForKind, patchOnto } from './patch.ts';
import { requirePolicy } from './policies.ts';
import { mayDo, type PolicyInForce, type ProposalKind, voteRuleOf } from './policy.ts';
import * as store from './proposals.store.ts';
import { writtenAgainst } from './standing.ts';
import type { Terms } from './terms.ts';
import { discussionEnd, takesWords } from './timeline.ts';

/** A proposal as its author writes it. */
export interface Draft {
  kind: ProposalKind;
  title: string;
  body: string;
  /** JSON Patch (RFC 6902) on the policy; empty for an open question and an election */
  patch: PolicyPatch;
  /** hash of the policy that the patch was written against */
  against: string;
  terms?: Terms | undefined;
  /** answers to an open question, where it is more than yes or no */
  options?: readonly { title: string; body?: string | undefined }[] | undefined;
  idempotencyKey?: string | undefined;
}

type OptionsRefusal = {
  ok: false;
  code: 'takes_no_options' | 'options_needed' | 'too_many_options' | 'option_exists';
};
export type Proposed =
  | { ok: true; proposalId: string; entry: Entry }
  | { ok: false; code: 'not_allowed' | 'idempotency_conflict' }
  | Extract<TextCheck, { ok: false }>
  | MatterRefusal
  | OptionsRefusal;

type Answer = { title: string; body: string };

/** The answers an author asks with. Errors in the order of the fields, then as `OptionsRefusal` lists them. */
function checkAnswers(
  draft: Draft,
  policy: PolicyInForce,
): { ok: true; answers: Answer[] } | Extract<TextCheck, { ok: false }> | OptionsRefusal {
  const asked = draft.options ?? [];
  const answers: Answer[] = [];
  for (const { title, body = '' } of asked) {
    const text = checkText({ title, body });
    if (!text.ok) return text;
    answers.push({ title: text.title, body: text.body });
  }
  if (asked.length === 0) return { ok: true, answers };
  const rule = voteRuleOf(policy.document, draft.kind);
  if (draft.kind !== 'open' || !rule?.options) return { ok: false, code: 'takes_no_options' };
  if (asked.length < 2) return { ok: false, code: 'options_needed' };
  if (asked.length > rule.options.maxOptions) return { ok: false, code: 'too_many_options' };
  if (new Set(answers.map(({ title }) => title)).size < answers.length)
    return { ok: false, code: 'option_exists' };
  return { ok: true, answers };
}

/**
 * Writes a draft. Everybody can read it; nothing is voted on until its author opens it. Errors in this order:
 * `idempotency_conflict`, `not_allowed`, `title_length`, `body_length`, those of `checkMatter`, those of its answers.
 */
export async function propose(ctx: GovernedContext, draft: Draft): Promise<Proposed> {
  const { kind, patch, against, terms = {}, idempotencyKey } = draft;
  const asked = draft.options === undefined ? {} : { options: draft.options };
  const written = {
    kind,
    title: draft.title,
    body: draft.body,
    patch,
    against,
    ...ifAny({ terms }),
    ...asked,
  };
  const input = written as unknown as Json;
  return ctx.db.transaction(async (tx) => {
    const prior = await priorEntry(tx, { idempotencyKey, input });
    if (prior.state === 'conflict') return { ok: false, code: 'idempotency_conflict' };
    if (prior.state === 'replayed')
      return { ok: true, proposalId: prior.entry.subject.slice('proposal:'.length), entry: prior.entry };
    await members.lockCollective(tx);
    const policy = await requirePolicy(tx);
    const { memberId, roles } = ctx.actor;
    if (memberId === null || !mayDo(policy.document, roles, 'propose'))
      return { ok: false, code: 'not_allowed' };
    const text = checkText(draft);
    if (!text.ok) return text;
    const matter = await checkMatter(tx, policy, kind, { patch, against, terms }, ctx.clock.now());
    if (!matter.ok) return matter;
    const answered = checkAnswers(draft, policy);
    if (!answered.ok) return answered;
    const { title, body } = text;
    const words = { kind, title, body, patch, against, terms };
    const { answers } = answered;
    const { id, entry } = await writeDraft(tx, ctx, {
      ...words,
      authorId: memberId,
      answers,
      policy,
      idempotencyKey,
      input,
    });
    return { ok: true, proposalId: id, entry };
  });
}

/** The field, where it holds anything: what nobody asked for leaves no trace in an entry. */
function ifAny<T extends Record<string, object>>(fields: T): Partial<T> {
  const kept = Object.entries(fields).filter(([, value]) => Object.keys(value).length > 0);
  return Object.fromEntries(kept) as Partial<T>;
}

export interface NewProposal extends Matter {
  kind: ProposalKind;
  title: string;
  body: string;
  /** null: the machine writes it */
  authorId: string | null;
  answers: readonly Answer[];
  policy: PolicyInForce;
  idempotencyKey?: string | undefined;
  input?: Json;
}

/** Writes a proposal that was checked, as a draft, and records it. */
export async function writeDraft(
  tx: Tx,
  ctx: Pick<GovernedContext, 'clock' | 'ids' | 'secrets'>,
  given: NewProposal,
): Promise<{ id: string; entry: Entry }> {
  const { kind, title, body, patch, against, terms, authorId, answers, policy, idempotencyKey, input } =
    given;
  const id = ctx.ids.next();
  const named = answers.map((answer, i) => ({ key: optionKey(i + 1), ...answer }));
  const more = { ...ifAny({ terms }), ...(named.length > 0 && { options: named }) };
  const entry = await recordFact(tx, ctx, {
    kind: 'proposal.created',
    actor: authorId,
    subject: `proposal:${id}`,
    payload: { proposalId: id, kind, title, body, patch, against, ...more } as unknown as Json,
    visibility: 'public',
    idempotencyKey,
    ...(input !== undefined && { input }),
  });
  const written = { id, kind, title, body, patch, againstVersion: policy.version, authorId, terms };
  await store.insert(tx, { ...written, ...fresh, createdAt: entry.time, entryId: entry.id });
  for (const [i, { key, ...words }] of named.entries())
    await options.insertOption(tx, {
      proposalId: id,
      key,
      number: i + 1,
      ...words,
      patch: null,
      memberId: null,
      authorId: authorId ?? '',
      state: 'put',
      createdAt: entry.time,
      entryId: entry.id,
    });
  return { id, entry };
}

const fresh = {
  state: 'draft',
  discussionEndsAt: null,
  votingOpenedAt: null,
  votingClosesAt: null,
  enactsAt: null,
  rule: null,
  tally: null,
  clashes: null,
  tallyEntryId: null,
  definition: null,
  recused: [] as string[],
  affected: null,
  extendedAt: null,
  winners: null,
} as const;

/** A text stands still from the opening of its vote on, and from the moment at which that is due. */
export type FrozenRefusal = { ok: false; code: 'unknown_proposal' | 'not_author' | 'text_frozen' };

/** The proposal, kept from changing, while its author may still change its words. */
export async function lockOwnText(
  tx: Tx,
  ctx: GovernedContext,
  id: string,
): Promise<{ ok: true; proposal: store.ProposalRow } | FrozenRefusal> {
  const proposal = await store.lock(tx, id);
  if (!proposal) return { ok: false, code: 'unknown_proposal' };
  if (proposal.authorId === null || proposal.authorId !== ctx.actor.memberId)
    return { ok: false, code: 'not_author' };
  if (!takesWords(proposal, ctx.clock.now())) return { ok: false, code: 'text_frozen' };
  return { ok: true, proposal };
}

export type Revised =
  | { ok: true; entry: Entry }
  | FrozenRefusal
  | Extract<TextCheck, { ok: false }>
  | MatterRefusal;

/**
 * Its author gives a proposal new words; a discussion under way begins anew. Amendments that no longer fit (the base or
 * the terms moved under them) are withdrawn, and the entry names them. Errors in this order: `unknown_proposal`,
 * `not_author`, `text_frozen`, `title_length`, `body_length`, those of `checkMatter`.
 */
export async function reviseProposal(
  ctx: GovernedContext,
  id: string,
  words: { title: string; body: string; patch: PolicyPatch; against: string; terms?: Terms | undefined },
): Promise<Revised> {
  return ctx.db.transaction(async (tx) => {
    await members.lockCollective(tx);
    const own = await lockOwnText(tx, ctx, id);
    if (!own.ok) return own;
    const text = checkText(words);
    if (!text.ok) return text;
    const policy = await requirePolicy(tx);
    const { patch, against, terms = {} } = words;
    const { kind } = own.proposal;
    const matter = await checkMatter(tx, policy, kind, { patch, against, terms }, ctx.clock.now());
    if (!matter.ok) return matter;
    const { title, body } = text;
    const entry = await rewrite(
      tx,
      ctx,
      own.proposal,
      { base: policy, inForce: policy },
      { title, body, patch, terms },
    );
    return { ok: true, entry };
  });
}

/**
 * Puts new words, written against `base`, in the place of the old, drops the amendments that no longer fit, and begins a
 * discussion under way anew.
 */
export async function rewrite(
  tx: Tx,
  ctx: GovernedContext,
  proposal: store.ProposalRow,
  { base, inForce }: { base: PolicyInForce; inForce: PolicyInForce },
  words: { title: string; body: string; patch: PolicyPatch; terms: Terms; from?: string },
): Promise<Entry> {
  const { id, kind } = proposal;
  const { from, terms, ...text } = words;
  const dropped = changesPolicy(kind)
    ? (await options.standingOf(tx, id)).filter(
        (option) => option.key !== from && !patchForKind(kind, base.document, option.patch ?? []).ok,
      )
    : [];
  for (const { key } of dropped) await options.setOptionState(tx, id, key, 'withdrawn');
  if (from !== undefined) await options.setOptionState(tx, id, from, 'accepted');
  const more = {
    ...ifAny({ terms }),
    ...(from !== undefined && { from }),
    ...(dropped.length > 0 && { dropped: dropped.map(({ key }) => key) }),
  };
  const until =
    proposal.state === 'discussion' ? talkedOverUntil(inForce, kind, terms, ctx.clock.now()) : null;
  const again = until && { discussionEndsAt: until.toISOString() };
  const entry = await recordFact(tx, ctx, {
    kind: 'proposal.revised',
    actor: ctx.actor.memberId,
    subject: `proposal:${id}`,
    payload: { proposalId: id, ...text, against: base.hash, ...more, ...again } as unknown as Json,
    visibility: 'public',
  });
  await store.rewrite(tx, id, { ...text, terms, againstVersion: base.version });
  if (until) await store.advance(tx, id, { state: 'discussion', discussionEndsAt: until });
  return entry;
}

/** When the vote on a text frozen now opens; null: at once. */
function talkedOverUntil(policy: PolicyInForce, kind: ProposalKind, terms: Terms, now: Date): Date | null {
  const rule = voteRuleOf(policy.document, kind);
  return rule && discussionEnd(rule, now, terms.discussUntil);
}

export type Withdrawn = { ok: true; entry: Entry } | FrozenRefusal | { ok: false; code: 'already_withdrawn' };

/**
 * Its author takes a proposal back, before its vote. Errors in this order: `unknown_proposal`, `not_author`,
 * `already_withdrawn`, `text_frozen`.
 */
export async function withdrawProposal(ctx: GovernedContext, id: string): Promise<Withdrawn> {
  return ctx.db.transaction(async (tx) => {
    await members.lockCollective(tx);
    const own = await lockOwnText(tx, ctx, id);
    if (!own.ok) {
      const withdrawn = own.code === 'text_frozen' && (await store.byId(tx, id))?.state === 'withdrawn';
      return withdrawn ? { ok: false, code: 'already_withdrawn' } : own;
    }
    const entry = await recordFact(tx, ctx, {
      kind: 'proposal.withdrawn',
      actor: ctx.actor.memberId,
      subject: `proposal:${id}`,
      payload: { proposalId: id },
      visibility: 'public',
    });
    await store.advance(tx, id, { state: 'withdrawn' });
    return { ok: true, entry };
  });
}

export type Opened =
  | { ok: true; entry: Entry }
  | {
      ok: false;
      code: 'unknown_proposal' | 'not_author' | 'already_opened' | 'kind_not_in_policy' | 'options_needed';
    }
  | { ok: false; code: 'stale_policy'; inForce: string }
  | { ok: false; code: 'window_in_past'; until: string };

/**
 * The author lays the text open: discussion begins, or the vote at once where the kind has none. Errors in this order:
 * `unknown_proposal`, `not_author`, `already_opened`, `kind_not_in_policy` and `stale_policy` (the policy has since
 * changed under the patch), `window_in_past`, `options_needed` (a vote that opens at once has too few).
 */
export async function openProposal(ctx: GovernedContext, id: string): Promise<Opened> {
  return ctx.db.transaction(async (tx) => {
    // Nobody joins and nothing is enacted between reading the rule and the voters and writing them down.
    await members.lockCollective(tx);
    const proposal = await store.lock(tx, id);
    if (!proposal) return { ok: false, code: 'unknown_proposal' };
    const { authorId, kind, terms } = proposal;
    if (authorId === null || authorId !== ctx.actor.memberId) return { ok: false, code: 'not_author' };
    if (proposal.state !== 'draft') return { ok: false, code: 'already_opened' };
    const policy = await requirePolicy(tx);
    if (!voteRuleOf(policy.document, kind)) return { ok: false, code: 'kind_not_in_policy' };
    if (changesPolicy(kind)) {
      const standing = patchOnto(await writtenAgainst(tx, proposal), policy.document, proposal.patch);
      if (!standing.ok) return { ok: false, code: 'stale_policy', inForce: policy.hash };
    }
    const now = ctx.clock.now();
    const { discussUntil } = terms;
    if (discussUntil !== undefined && new Date(discussUntil) <= now)
      return { ok: false, code: 'window_in_past', until: discussUntil };
    const until = talkedOverUntil(policy, kind, terms, now);
    if (until === null) {
      const put = await options.optionsOf(tx, id);
      const standing = put.filter((option) => option.state === 'put').length;
      if (optionsMissing(kind, put.length, standing)) return { ok: false, code: 'options_needed' };
      return { ok: true, entry: await openVote(tx, at(ctx, now), proposal, policy) };
    }
    return { ok: true, entry: await openDiscussion(tx, ctx, proposal, until) };
  });
}

/** Begins the discussion; the vote opens by itself at its end. */
export async function openDiscussion(
  tx: Tx,
  ctx: Pick<GovernedContext, 'clock' | 'ids' | 'secrets'>,
  proposal: Pick<store.ProposalRow, 'id' | 'authorId'>,
  until: Date,
): Promise<Entry> {
  const { id, authorId } = proposal;
  const entry = await recordFact(tx, ctx, {
    kind: 'proposal.submitted',
    actor: authorId,
    subject: `proposal:${id}`,
    payload: { proposalId: id, discussionEndsAt: until.toISOString() },
    visibility: 'public',
  });
  await store.advance(tx, id, { state: 'discussion', discussionEndsAt: until });
  return entry;
}
