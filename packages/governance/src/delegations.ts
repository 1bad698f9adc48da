import { type Entry, openingOf } from '@uncaged/book';
import type { Tx } from '@uncaged/platform';
import type { GovernedContext } from './context.ts';
import * as store from './deliberation.store.ts';
import { recordFact } from './facts.ts';
import * as members from './members.store.ts';
import { chainOf } from './methods/delegation.ts';
import { requirePolicy } from './policies.ts';
import { type ProposalKind, voteRuleOf } from './policy.ts';

export type Delegated =
  | { ok: true; entry: Entry }
  | {
      ok: false;
      code:
        | 'not_allowed'
        | 'no_delegation_in_policy'
        | 'kind_not_in_policy'
        | 'delegation_to_self'
        | 'unknown_member'
        | 'delegation_circular';
    };

/**
 * Hands a member's voice in one kind of proposal to another, until they take it back or vote themself. Errors in this
 * order: `not_allowed` (nobody acts), `no_delegation_in_policy`, `kind_not_in_policy`, `delegation_to_self`,
 * `unknown_member`, `delegation_circular` (their voice comes back to whoever gives it).
 */
export async function delegate(ctx: GovernedContext, topic: ProposalKind, to: string): Promise<Delegated> {
  const from = ctx.actor.memberId;
  return ctx.db.transaction(async (tx) => {
    // Two who delegate to each other at once would each see no ring.
    await members.lockCollective(tx);
    const { document } = await requirePolicy(tx);
    if (from === null) return { ok: false, code: 'not_allowed' };
    if (!document.delegation) return { ok: false, code: 'no_delegation_in_policy' };
    if (!voteRuleOf(document, topic)) return { ok: false, code: 'kind_not_in_policy' };
    if (from === to) return { ok: false, code: 'delegation_to_self' };
    const member = await members.byId(tx, to);
    if (!member || member.erasedAt) return { ok: false, code: 'unknown_member' };
    const others = (await store.delegationsOn(tx, topic)).filter(({ fromId }) => fromId !== from);
    if (chainOf(others.map(pair), to).includes(from)) return { ok: false, code: 'delegation_circular' };
    const entry = await recordFact(tx, ctx, {
      kind: 'delegation.given',
      actor: from,
      subject: `member:${from}`,
      payload: { from, to, topic },
      visibility: 'private',
    });
    await store.give(tx, { fromId: from, topic, toId: to, givenAt: entry.time, entryId: entry.id });
    return { ok: true, entry };
  });
}

function pair({ fromId, toId }: store.DelegationRow) {
  return { from: fromId, to: toId };
}

export type DelegationRevoked =
  | { ok: true; entry: Entry }
  | { ok: false; code: 'not_allowed' | 'nothing_delegated' };

/** Takes a voice back; votes that are not counted yet count without it. Errors: `not_allowed`, `nothing_delegated`. */
export async function revokeDelegation(ctx: GovernedContext, topic: string): Promise<DelegationRevoked> {
  const from = ctx.actor.memberId;
  if (from === null) return { ok: false, code: 'not_allowed' };
  return ctx.db.transaction(async (tx) => {
    await members.lockCollective(tx);
    if (!(await store.revoke(tx, from, topic))) return { ok: false, code: 'nothing_delegated' };
    const entry = await recordFact(tx, ctx, {
      kind: 'delegation.revoked',
      actor: from,
      subject: `member:${from}`,
      payload: { from, topic },
      visibility: 'private',
    });
    return { ok: true, entry };
  });
}

/** The delegations a count on this kind may follow, with what opens their entries, in the order of who gave them. */
export async function delegationsFor(
  tx: Tx,
  topic: ProposalKind,
): Promise<{ entryId: string; from: string; to: string; salt: string }[]> {
  const { document } = await requirePolicy(tx);
  if (!document.delegation) return [];
  const given = await store.delegationsOn(tx, topic);
  const openings = await openingOf(
    tx,
    given.map(({ entryId }) => entryId),
  );
  return given.flatMap(({ entryId, fromId: from, toId: to }) => {
    const opening = openings.get(entryId);
    return opening ? [{ entryId, from, to, salt: opening.salt }] : [];
  });
}

/** A member's own delegations, and how many voices reach them; who gave those is not told. */
export interface DelegationView {
  given: {
    topic: string;
    to: string;
    /** from whom to whom it goes on, the last who would vote with it at the end */
    chain: string[];
    givenAt: Date;
    entryId: string;
  }[];
  received: { topic: string; voices: number }[];
}

export async function delegationView(tx: Tx, memberId: string): Promise<DelegationView> {
  const all = await store.allDelegations(tx);
  const on = Map.groupBy(all, ({ topic }) => topic);
  const given = all.filter(({ fromId }) => fromId === memberId);
  return {
    given: given.map(({ topic, toId, givenAt, entryId }) => ({
      topic,
      to: toId,
      chain: chainOf((on.get(topic) ?? []).map(pair), memberId),
      givenAt,
      entryId,
    })),
    received: [...on].flatMap(([topic, rows]) => {
      const pairs = rows.map(pair);
      const voices = pairs.filter(({ from }) => chainOf(pairs, from).includes(memberId)).length;
      return voices > 0 ? [{ topic, voices }] : [];
    }),
  };
}
