import {
  type Appealed,
  appealRejection,
  attachmentOf,
  callOf,
  callsOf,
  commitFinding,
  contributionOf,
  contributionsOf,
  earlierFindings,
  type GenerationRef,
  judgeRejection,
  keepAttachment,
  openCall,
  putDown,
  review,
  reviewDesk,
  statementOf,
  submit,
  whatWasPaid,
} from '@uncaged/compensation';
import { contributionsQuerySchema, endpoint, compensationEndpoints as wire } from '@uncaged/contract';
import { drawnAnew, modelOf } from '@uncaged/provenance';
import { type Generation, readGeneration } from '@uncaged/studio';
import { readUploaded, uploadBytes } from '../body.ts';
import { type Deps, newRoutes } from '../deps.ts';
import { route } from '../route.ts';
import { wired } from '../wired.ts';
import { wireCall, wireContribution, wirePaid, wireStatement } from './compensation.view.ts';

/** Paid work: calls for testing, contributions, reviews, statements. */
export function compensationRoutes(deps: Deps) {
  const app = newRoutes();
  money(deps, app);
  calls(deps, app);
  contributions(deps, app);
  attachments(deps, app);
  reviews(deps, app);
  return app;
}

type App = ReturnType<typeof newRoutes>;

function money(deps: Deps, app: App): void {
  const { db } = deps.platform;
  route(app, wire.myStatement, { summary: 'My account, line by line' }, async ({ c }) => {
    const { memberId } = c.get('actor');
    if (memberId === null) return { ok: false, code: 'not_logged_in' };
    return { ok: true, answer: wireStatement(memberId, await statementOf(db.read, memberId)) };
  });
  route(app, wire.whatWasPaid, { summary: 'What was paid, by kind, and what is owed' }, async ({ c }) => ({
    ok: true,
    answer: wirePaid(await whatWasPaid(db.read, await deps.contextOf(c))),
  }));
}

function calls(deps: Deps, app: App): void {
  const { db, clock } = deps.platform;
  route(
    app,
    wire.openCall,
    { summary: 'Open a call for testing, its budget set aside first', status: 201 },
    async ({ c, body, idempotencyKey }) => {
      const opened = await openCall(await deps.contextOf(c), { ...body, idempotencyKey });
      if (!opened.ok) return opened;
      return { ok: true, answer: { call: wireCall(opened.call), receipt: await deps.receipt(opened.entry) } };
    },
  );
  route(app, wire.listCalls, { summary: 'All calls, newest first' }, async ({ c }) => ({
    ok: true,
    answer: { calls: (await callsOf(db.read, clock.now(), c.get('actor').memberId)).map(wireCall) },
  }));
  route(app, wire.getCall, { summary: 'A call with its terms and what is left' }, async ({ c, params }) => {
    const call = await callOf(db.read, params.id ?? '', clock.now(), c.get('actor').memberId);
    return call ? { ok: true, answer: { call: wireCall(call) } } : { ok: false, code: 'unknown_call' };
  });
  const nameDown = { summary: 'Put one’s name down where places are drawn', status: 201 as const };
  route(app, wire.putNameDown, nameDown, async ({ c, params }) => {
    const id = params.id ?? '';
    const put = await putDown(await deps.contextOf(c), id);
    if (!put.ok) return put;
    const call = await callOf(db.read, id, clock.now(), c.get('actor').memberId);
    if (!call) throw new Error(`call ${id} took a name and is gone`);
    return { ok: true, answer: { call: wireCall(call), receipt: await deps.receipt(put.entry) } };
  });
  const claim = { summary: 'Claim a finding before it is written up', status: 201 as const };
  route(app, wire.commitFinding, claim, async ({ c, params, body, idempotencyKey }) => {
    const asked = { callId: params.id ?? '', commitment: body.commitment, idempotencyKey };
    const made = await commitFinding(await deps.contextOf(c), asked);
    if (!made.ok) return made;
    const { id, committedAt, entry } = made;
    const proof = `/api/book/entries/${entry.id}`;
    const commitment = { id, committedAt: committedAt.toISOString(), entryId: entry.id, proof };
    return { ok: true, answer: { commitment, receipt: await deps.receipt(entry) } };
  });
}

/** A clip as a contribution keeps it. */
function refOf({ row }: Generation): GenerationRef {
  const { id, makerId, prompt, steps, guidance, mode, weightsSha256 } = row;
  const { frames, durationMs } = row.record ?? {};
  return {
    id,
    makerId,
    seed: row.seed.toString(),
    prompt,
    modelId: row.modelId ?? '',
    settings: { steps, guidance, mode, weightsSha256 },
    frames: typeof frames === 'number' ? frames : null,
    durationMs: typeof durationMs === 'number' ? durationMs : null,
  };
}

function contributions(deps: Deps, app: App): void {
  const { db } = deps.platform;
  route(
    app,
    wire.submitContribution,
    { summary: 'Hand in work on a clip', status: 201 },
    async ({ c, body, idempotencyKey }) => {
      const ctx = await deps.contextOf(c);
      const about = body.modelId === undefined ? null : await modelOf(ctx, body.modelId);
      if (about?.ok === false) return about;
      const clip = body.generationId === undefined ? null : await readGeneration(ctx, body.generationId);
      if (clip && !['done', 'failed'].includes(clip.row.state)) return { ok: false, code: 'not_finished' };
      const taken = await submit(ctx, { ...body, generation: clip && refOf(clip), idempotencyKey });
      if (!taken.ok) return taken;
      const receipt = await deps.receipt(taken.entry);
      const contribution = wireContribution(taken.contribution);
      return { ok: true, answer: { contribution, replayed: taken.replayed, receipt } };
    },
  );
  route(
    app,
    wire.listContributions,
    { summary: 'Work by call, by clip, or one’s own', query: contributionsQuerySchema },
    async ({ c, query }) => {
      const mine = query.mine === '1' || query.mine === 'true';
      const filter = { callId: query.call, generationId: query.generation, mine };
      const found = await contributionsOf(db.read, await deps.contextOf(c), filter);
      return { ok: true, answer: { contributions: found.map(wireContribution) } };
    },
  );
  route(app, wire.getContribution, { summary: 'One piece of work' }, async ({ c, params }) => {
    const found = await contributionOf(db.read, await deps.contextOf(c), params.id ?? '');
    if (!found) return { ok: false, code: 'unknown_contribution' };
    return { ok: true, answer: { contribution: wireContribution(found) } };
  });
}

function attachments(deps: Deps, app: App): void {
  const sent = { summary: 'Send a picture that is to come with a report', status: 201 as const };
  route(app, wire.keepAttachment, sent, async ({ c }) => {
    const { bytes } = await readUploaded(c, uploadBytes);
    const drawn = await drawnAnew(bytes);
    if (!drawn.ok) return drawn;
    const kept = await keepAttachment(await deps.contextOf(c), drawn.webp);
    return kept.ok ? { ok: true, answer: { attachment: kept.attachment } } : kept;
  });
  const picture = endpoint('GET', '/api/attachments/:id');
  route(app, picture, { summary: 'A picture that came with a report' }, async ({ c, params }) => {
    const found = await attachmentOf(deps.platform.db.read, await deps.contextOf(c), params.id ?? '');
    if (!found) return { ok: false, code: 'unknown_attachment' };
    return c.body(Buffer.from(found.webp), 200, {
      'content-type': 'image/webp',
      'cache-control': 'private, no-store',
      'content-security-policy': "default-src 'none'; sandbox",
      'x-content-type-options': 'nosniff',
    });
  });
}

function reviews(deps: Deps, app: App): void {
  route(app, wire.reviewDesk, { summary: 'What waits for my answer' }, async ({ c }) => {
    const waiting = await reviewDesk(deps.platform.db.read, await deps.contextOf(c));
    return { ok: true, answer: { waiting: waiting.map(wireContribution) } };
  });
  route(
    app,
    wire.reviewContribution,
    { summary: 'Accept or reject somebody else’s work', status: 201 },
    async ({ c, params, body, idempotencyKey }) => {
      const { verdict, reason = '', duplicateOf } = body;
      const contributionId = params.id ?? '';
      const asked = { contributionId, verdict, reason, duplicateOf, idempotencyKey };
      const taken = await review(await deps.contextOf(c), asked);
      if (!taken.ok) return taken;
      const { entry, paid } = taken;
      const receipt = await deps.receipt(entry);
      return {
        ok: true,
        answer: {
          contribution: wireContribution(taken.contribution),
          review: {
            verdict: taken.verdict,
            paid: { amount: paid.amount.toString(), currency: paid.currency },
            entryId: entry.id,
            proof: `/api/book/entries/${entry.id}`,
          },
          receipt,
        },
      };
    },
  );
  const { db } = deps.platform;
  const seen = { summary: 'What others found before, for whoever reviews a piece' };
  route(app, wire.earlierFindings, seen, async ({ c, params }) => {
    const earlier = await earlierFindings(db.read, await deps.contextOf(c), params.id ?? '');
    return { ok: true, answer: wired({ earlier }) };
  });
  const again = { summary: 'Have a panel look again at one’s rejected work', status: 201 as const };
  route(app, wire.appealRejection, again, async ({ c, params, body, idempotencyKey }) => {
    const asked = { contributionId: params.id ?? '', reason: body.reason, idempotencyKey };
    return appealed(deps, await appealRejection(await deps.contextOf(c), asked));
  });
  const judging = { summary: 'Say, on a panel, whether work is paid after all', status: 201 as const };
  route(app, wire.judgeRejection, judging, async ({ c, params, body, idempotencyKey }) => {
    const { verdict, reason = '' } = body;
    const asked = { contributionId: params.id ?? '', verdict, reason, idempotencyKey };
    return appealed(deps, await judgeRejection(await deps.contextOf(c), asked));
  });
}

async function appealed<Refused extends { ok: false; code: string }>(deps: Deps, done: Appealed | Refused) {
  if (!done.ok) return done;
  const contribution = wireContribution(done.contribution);
  return { ok: true as const, answer: { contribution, receipt: await deps.receipt(done.entry) } };
}
