import { governanceEndpoints as wire } from '@uncaged/contract';
import {
  acceptOption,
  consentToProposal,
  openProposal,
  type PolicyVersion,
  policyDiff,
  policyHistory,
  policyVersion,
  proposalOf,
  proposalsOf,
  propose,
  putOption,
  reviseProposal,
  stand,
  waitingFor,
  withdrawOption,
  withdrawProposal,
} from '@uncaged/governance';
import { diffPolicies, type PolicyPatch } from '@uncaged/governance/rules';
import { z } from 'zod';
import { type ApiContext, type Deps, newRoutes, type WrittenEntry } from '../deps.ts';
import { detailed } from '../detailed.ts';
import { route } from '../route.ts';
import { wired } from '../wired.ts';

const version = z.coerce.number().int().min(0).max(999_999_999);
const fromTo = z.object({ from: version, to: version });

/** The policy in force and its history; proposals, ballots, tallies. */
export function governanceRoutes(deps: Deps) {
  const app = newRoutes();
  const { db } = deps.platform;

  /** The proposal as whoever asks may see it now. */
  async function proposalSeen(c: ApiContext, id: string) {
    const found = await proposalOf(db.read, id, c.get('actor').memberId);
    if (!found.ok) return found;
    const { secret, ...proposal } = found.proposal;
    const now = deps.platform.clock.now();
    const closed = proposal.state !== 'voting';
    const early = secret !== null && now < secret.papersUntil;
    const phase = closed ? ('closed' as const) : early ? ('papers' as const) : ('ballots' as const);
    return { ok: true as const, proposal: { ...proposal, secret: secret && { ...secret, phase } } };
  }

  /** The proposal as whoever asks may see it, after something about it was recorded. */
  async function changed(c: ApiContext, id: string, entry: WrittenEntry) {
    const receipt = await deps.receipt(entry);
    const seen = await proposalSeen(c, id);
    return seen.ok ? { ok: true as const, answer: wired({ proposal: seen.proposal, receipt }) } : seen;
  }

  async function oneVersion(version: number | null) {
    const found = await policyVersion(db.read, version);
    if (!found.ok) return found;
    const { policy, origins } = found;
    return { ok: true as const, answer: wired({ ...policy, origins }) };
  }

  route(
    app,
    wire.policy,
    { summary: 'The policy in force, and which vote set each clause' },
    async ({ c }) => {
      await deps.contextOf(c);
      return oneVersion(null);
    },
  );
  route(
    app,
    wire.policyVersions,
    { summary: 'Every version of the policy, with what it changed' },
    async () => {
      const history = await policyHistory(db.read);
      return { ok: true, answer: wired({ versions: history.map(summaryAfter).reverse() }) };
    },
  );
  route(app, wire.policyVersion, { summary: 'One version of the policy' }, ({ params }) =>
    oneVersion(/^\d{1,9}$/.test(params.version ?? '') ? Number(params.version) : 0),
  );
  route(
    app,
    wire.policyDiff,
    { summary: 'What changed between two versions', query: fromTo },
    async ({ query: { from, to } }) => {
      const found = await policyDiff(db.read, from, to);
      return found.ok ? { ok: true, answer: wired({ from, to, diff: found.diff }) } : found;
    },
  );

  route(app, wire.proposals, { summary: 'All proposals, newest first' }, async ({ c }) => {
    const { memberId } = c.get('actor');
    const now = deps.platform.clock.now();
    const waiting = memberId === null ? [] : await waitingFor(db.read, memberId, now);
    return { ok: true, answer: wired({ proposals: await proposalsOf(db.read), waiting }) };
  });
  route(
    app,
    wire.proposal,
    { summary: 'A proposal with its diff and, after the close, its count' },
    async ({ c, params }) => {
      const found = await proposalSeen(c, params.id ?? '');
      return found.ok ? { ok: true, answer: wired({ proposal: found.proposal }) } : found;
    },
  );
  route(
    app,
    wire.propose,
    { summary: 'Write a proposal', status: 201 },
    async ({ c, body, idempotencyKey }) => {
      const patch = body.patch as PolicyPatch;
      const made = await propose(await deps.contextOf(c), { ...body, patch, idempotencyKey });
      return made.ok ? changed(c, made.proposalId, made.entry) : detailed(made);
    },
  );
  route(
    app,
    wire.reviseProposal,
    { summary: 'Give a proposal new words, before its vote' },
    async ({ c, params, body }) => {
      const id = params.id ?? '';
      const words = { ...body, patch: body.patch as PolicyPatch };
      const revised = await reviseProposal(await deps.contextOf(c), id, words);
      return revised.ok ? changed(c, id, revised.entry) : detailed(revised);
    },
  );
  route(
    app,
    wire.withdrawProposal,
    { summary: 'Take a proposal back, before its vote' },
    async ({ c, params }) => {
      const id = params.id ?? '';
      const withdrawn = await withdrawProposal(await deps.contextOf(c), id);
      return withdrawn.ok ? changed(c, id, withdrawn.entry) : withdrawn;
    },
  );
  route(
    app,
    wire.putOption,
    { summary: 'Put an amendment or an answer, before the vote', status: 201 },
    async ({ c, params, body, idempotencyKey }) => {
      const proposalId = params.id ?? '';
      const option = { ...body, patch: body.patch as PolicyPatch, proposalId, idempotencyKey };
      const put = await putOption(await deps.contextOf(c), option);
      return put.ok ? changed(c, proposalId, put.entry) : detailed(put);
    },
  );
  route(
    app,
    wire.acceptOption,
    { summary: 'Make an amendment the proposal’s own change' },
    async ({ c, params: { id = '', key = '' } }) => {
      const accepted = await acceptOption(await deps.contextOf(c), id, key);
      return accepted.ok ? changed(c, id, accepted.entry) : accepted;
    },
  );
  route(
    app,
    wire.withdrawOption,
    { summary: 'Take back an amendment, an answer or a candidacy of one’s own' },
    async ({ c, params: { id = '', key = '' } }) => {
      const withdrawn = await withdrawOption(await deps.contextOf(c), id, key);
      return withdrawn.ok ? changed(c, id, withdrawn.entry) : withdrawn;
    },
  );
  route(
    app,
    wire.stand,
    { summary: 'Stand for election', status: 201 },
    async ({ c, params: { id = '' }, body }) => {
      const stood = await stand(await deps.contextOf(c), id, body.statement);
      return stood.ok ? changed(c, id, stood.entry) : stood;
    },
  );
  route(
    app,
    wire.consentToProposal,
    { summary: 'Answer where one’s own consent is needed' },
    async ({ c, params: { id = '' }, body }) => {
      const answered = await consentToProposal(await deps.contextOf(c), id, body.yes);
      return answered.ok ? changed(c, id, answered.entry) : answered;
    },
  );
  route(
    app,
    wire.openProposal,
    { summary: 'Freeze the text and open it to discussion or the vote' },
    async ({ c, params }) => {
      const id = params.id ?? '';
      const opened = await openProposal(await deps.contextOf(c), id);
      return opened.ok ? changed(c, id, opened.entry) : opened;
    },
  );
  return app;
}

/** A version with what it changed against the one before it. */
function summaryAfter(step: PolicyVersion, i: number, history: readonly PolicyVersion[]) {
  const { document, ...summary } = step;
  const before = history[i - 1];
  return { ...summary, diff: before ? diffPolicies(before.document, document) : [] };
}
