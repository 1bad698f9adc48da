import { deliberationEndpoints as wire } from '@uncaged/contract';
import {
  commentsOf,
  declareInterest,
  delegate,
  delegationView,
  endInterest,
  type GovernedContext,
  interestsOf,
  revokeDelegation,
  withdrawComment,
  writeComment,
} from '@uncaged/governance';
import { mayDo, proposalKinds, voteRuleOf } from '@uncaged/governance/rules';
import { z } from 'zod';
import { type Deps, newRoutes, type WrittenEntry } from '../deps.ts';
import { namesOf } from '../named.ts';
import { route } from '../route.ts';
import { wired } from '../wired.ts';

const aboutProposal = z.object({ proposal: z.string().max(100).optional() });

/** What members say about proposals, to whom they hand on their voice, and what ties them. */
export function deliberationRoutes(deps: Deps) {
  const app = newRoutes();
  const { db } = deps.platform;

  route(app, wire.comments, { summary: 'What was said about a proposal' }, async ({ c, params }) => {
    const found = await commentsOf(db.read, params.id ?? '');
    if (!found.ok) return found;
    const { memberId: asking } = c.get('actor');
    const names = await namesOf(
      db.read,
      found.comments.map(({ memberId }) => memberId),
    );
    const comments = found.comments.map(({ memberId, proposalId: _, ...comment }) => ({
      ...comment,
      member: names(memberId),
      mine: memberId === asking && comment.withdrawnAt === null,
    }));
    return { ok: true, answer: wired({ comments }) };
  });
  route(
    app,
    wire.writeComment,
    { summary: 'Say something about a proposal', status: 201 },
    async ({ c, params, body }) => {
      const proposalId = params.id ?? '';
      const written = await writeComment(await deps.contextOf(c), { proposalId, ...body });
      if (!written.ok) return written;
      return {
        ok: true,
        answer: { commentId: written.commentId, receipt: await deps.receipt(written.entry) },
      };
    },
  );
  route(app, wire.withdrawComment, { summary: 'Take one’s words back' }, async ({ c, params }) => {
    const withdrawn = await withdrawComment(await deps.contextOf(c), params.id ?? '');
    return withdrawn.ok ? { ok: true, answer: { receipt: await deps.receipt(withdrawn.entry) } } : withdrawn;
  });

  route(app, wire.delegations, { summary: 'Where one’s voice goes' }, async ({ c }) => ({
    ok: true,
    answer: wired(await delegationsOf(await deps.contextOf(c))),
  }));
  route(
    app,
    wire.delegate,
    { summary: 'Hand on one’s voice for one kind of proposal' },
    async ({ c, body }) => {
      const ctx = await deps.contextOf(c);
      const given = await delegate(ctx, body.topic, body.to);
      return given.ok ? delegationChanged(ctx, given.entry) : given;
    },
  );
  route(app, wire.revokeDelegation, { summary: 'Take one’s voice back' }, async ({ c, params }) => {
    const ctx = await deps.contextOf(c);
    const revoked = await revokeDelegation(ctx, params.topic ?? '');
    return revoked.ok ? delegationChanged(ctx, revoked.entry) : revoked;
  });

  route(
    app,
    wire.interests,
    { summary: 'Declared interests, of members and of the collective', query: aboutProposal },
    async ({ c, query }) => {
      const ctx = await deps.contextOf(c);
      const { memberId: asking, roles } = ctx.actor;
      const found = await interestsOf(db.read, query.proposal ?? null);
      const names = await namesOf(
        db.read,
        found.flatMap(({ memberId }) => memberId ?? []),
      );
      const mayDeclareForAll = asking !== null && mayDo(ctx.policy.document, roles, 'deposit_funds');
      const interests = found.map(({ memberId, declaredBy: _, endedEntryId: _ended, ...interest }) => ({
        ...interest,
        member: memberId === null ? null : names(memberId),
        mayEnd:
          interest.endedAt === null &&
          asking !== null &&
          (memberId === null ? mayDeclareForAll : memberId === asking),
      }));
      return { ok: true, answer: wired({ interests, mayDeclareForAll }) };
    },
  );
  route(app, wire.declareInterest, { summary: 'Declare an interest', status: 201 }, async ({ c, body }) => {
    const declared = await declareInterest(await deps.contextOf(c), body);
    return declared.ok ? { ok: true, answer: { receipt: await deps.receipt(declared.entry) } } : declared;
  });
  route(app, wire.endInterest, { summary: 'Say that an interest is over' }, async ({ c, params }) => {
    const ended = await endInterest(await deps.contextOf(c), params.id ?? '');
    return ended.ok ? { ok: true, answer: { receipt: await deps.receipt(ended.entry) } } : ended;
  });

  async function delegationsOf({ policy, actor }: GovernedContext) {
    const { given, received } = await delegationView(db.read, actor.memberId ?? '');
    const names = await namesOf(
      db.read,
      given.flatMap(({ to, chain }) => [to, ...chain]),
    );
    const { document } = policy;
    const topics = document.delegation ? proposalKinds.filter((kind) => voteRuleOf(document, kind)) : [];
    return {
      topics,
      given: given.map(({ to, chain, ...one }) => ({ ...one, to: names(to), chain: chain.map(names) })),
      received,
    };
  }

  async function delegationChanged(ctx: GovernedContext, entry: WrittenEntry) {
    const receipt = await deps.receipt(entry);
    return { ok: true as const, answer: wired({ ...(await delegationsOf(ctx)), receipt }) };
  }

  return app;
}
