import type { Entry, Json } from '@uncaged/book';
import type { Tx } from '@uncaged/platform';
import type { GovernedContext } from './context.ts';
import * as store from './deliberation.store.ts';
import { at, recordFact } from './facts.ts';
import { type InterestKind, type Touchable, type Touches, touches } from './interest.ts';
import * as options from './options.store.ts';
import { diffPolicies, type PolicyPatch, patchPolicy } from './patch.ts';
import { requirePolicy } from './policies.ts';
import { mayDo } from './policy.ts';
import * as proposals from './proposals.store.ts';
import { writtenAgainst } from './standing.ts';

/** Characters of who it is with, and of what it is. */
const counterpartMax = 200;
const aboutMax = 2_000;

/** An interest as its member, or a steward for the collective, declares it. */
export interface Declaration {
  /** `collective` is for roles that may bring money in */
  of: 'me' | 'collective';
  kind: InterestKind;
  counterpart: string;
  about: string;
  /** the day it began, as 2026-03-01 */
  since: string;
  touches: Touches;
}

export type Declared =
  | { ok: true; interestId: string; entry: Entry }
  | { ok: false; code: 'not_allowed' | 'since_in_future' | 'unknown_proposal' }
  | { ok: false; code: 'counterpart_length' | 'about_length'; min: number; max: number };

/**
 * Declares an interest; everybody sees it, and the rule of a vote it touches may leave its member out. Errors in this
 * order: `not_allowed`, `counterpart_length`, `about_length`, `since_in_future`, `unknown_proposal`.
 */
export async function declareInterest(ctx: GovernedContext, given: Declaration): Promise<Declared> {
  const { memberId, roles } = ctx.actor;
  const [counterpart, about] = [given.counterpart.trim(), given.about.trim()];
  return ctx.db.transaction(async (tx) => {
    const { document } = await requirePolicy(tx);
    const mine = given.of === 'me';
    if (memberId === null || !(mine || mayDo(document, roles, 'deposit_funds')))
      return { ok: false, code: 'not_allowed' };
    if (counterpart.length < 1 || counterpart.length > counterpartMax)
      return { ok: false, code: 'counterpart_length', min: 1, max: counterpartMax };
    if (about.length < 1 || about.length > aboutMax)
      return { ok: false, code: 'about_length', min: 1, max: aboutMax };
    const now = at(ctx, ctx.clock.now());
    if (new Date(given.since) > now.clock.now()) return { ok: false, code: 'since_in_future' };
    const { proposalIds = [] } = given.touches;
    if ((await proposals.byIds(tx, proposalIds)).length < new Set(proposalIds).size)
      return { ok: false, code: 'unknown_proposal' };
    const id = ctx.ids.next();
    const { kind, since } = given;
    const said = { kind, counterpart, about, since, touches: given.touches };
    const entry = await recordFact(tx, now, {
      kind: 'interest.declared',
      actor: memberId,
      subject: `interest:${id}`,
      payload: { interestId: id, of: mine ? memberId : 'collective', ...said } as unknown as Json,
      // The collective's interests are public for ever; a member's words go with them when they leave.
      visibility: mine ? 'private' : 'public',
    });
    await store.insertInterest(tx, {
      ...{ id, memberId: mine ? memberId : null, declaredBy: memberId, ...said },
      ...{ declaredAt: entry.time, endedAt: null, entryId: entry.id, endedEntryId: null },
    });
    return { ok: true, interestId: id, entry };
  });
}

export type InterestEnded =
  | { ok: true; entry: Entry }
  | { ok: false; code: 'unknown_interest' | 'not_allowed' | 'already_ended' };

/** Says that an interest is over; it stays in the list. Errors: `unknown_interest`, `not_allowed`, `already_ended`. */
export async function endInterest(ctx: GovernedContext, id: string): Promise<InterestEnded> {
  const { memberId, roles } = ctx.actor;
  return ctx.db.transaction(async (tx) => {
    const interest = await store.interestById(tx, id);
    if (!interest) return { ok: false, code: 'unknown_interest' };
    const { document } = await requirePolicy(tx);
    const mine = interest.memberId !== null;
    if (mine ? interest.memberId !== memberId : !mayDo(document, roles, 'deposit_funds'))
      return { ok: false, code: 'not_allowed' };
    if (interest.endedAt) return { ok: false, code: 'already_ended' };
    const entry = await recordFact(tx, ctx, {
      kind: 'interest.ended',
      actor: memberId,
      subject: `interest:${id}`,
      payload: { interestId: id },
      visibility: 'public',
    });
    await store.endInterest(tx, id, entry.time, entry.id);
    return { ok: true, entry };
  });
}

/** An interest as everybody sees it; its words are null once its member left. */
export interface Interest extends store.InterestRow {
  /** whether it touches the proposal that was asked about; false where none was */
  touching: boolean;
}

/** All interests, newest first; with a proposal, its author's and those that touch it. */
export async function interestsOf(tx: Tx, proposalId: string | null): Promise<Interest[]> {
  const all = await store.allInterests(tx);
  const proposal = proposalId === null ? null : await proposals.byId(tx, proposalId);
  if (proposalId === null) return all.map((row) => ({ ...row, touching: false }));
  if (!proposal) return [];
  const about = await touchable(tx, proposal);
  return all
    .map((row) => ({ ...row, touching: touches(row.touches, about) }))
    .filter((row) => row.touching || (row.memberId !== null && row.memberId === proposal.authorId));
}

/** Members with a declared interest that touches a proposal, sorted. */
export async function recusedFrom(tx: Tx, proposal: proposals.ProposalRow): Promise<string[]> {
  const about = await touchable(tx, proposal);
  const found = (await store.openInterests(tx)).flatMap((row) =>
    row.memberId !== null && touches(row.touches, about) ? [row.memberId] : [],
  );
  return [...new Set(found)].sort();
}

async function touchable(tx: Tx, proposal: proposals.ProposalRow): Promise<Touchable> {
  const base = await writtenAgainst(tx, proposal);
  const put = await options.standingOf(tx, proposal.id);
  const pathsOf = (patch: PolicyPatch) => {
    const outcome = patchPolicy(base, patch);
    return outcome.ok ? diffPolicies(base, outcome.policy).map(({ path }) => path) : [];
  };
  const patches = [proposal.patch, ...put.map(({ patch }) => patch ?? [])];
  return { id: proposal.id, kind: proposal.kind, paths: patches.flatMap(pathsOf) };
}
