import { runChecks, sealStanding } from '@uncaged/book';
import { found, type GovernedContext, invite, join } from '@uncaged/governance';
import { openTestPlatform, type TestPlatform } from '@uncaged/platform/testing';

import { openCall } from './calls/calls.ts';
import type { ProposedTerms } from './calls/terms.ts';
import { compensationChecks } from './checks.ts';
import { atOneInstant } from './context.ts';
import { callsUndrawn } from './contributions/contributions.store.ts';
import { submit } from './contributions/contributions.ts';
import { drawReviewers } from './contributions/reviewers.ts';
import type { GenerationRef } from './contributions/submission.ts';

export const hour = 3_600_000;
export const day = 24 * hour;

/** A founded collective on a database of its own, for one test file. fund:main holds 10,000.00 EUR from a grant. */
export interface House extends AsyncDisposable {
  platform: TestPlatform;
  /** The founder, a steward. */
  heron: GovernedContext;
  /** Members of no other role. */
  iris: GovernedContext;
  ko: GovernedContext;
  nacht: GovernedContext;
  salt: GovernedContext;
}

export async function openHouse(): Promise<House> {
  const platform = await openTestPlatform();
  platform.clock.set(new Date('2026-03-01T12:00:00Z'));
  const { db, clock, ids, blobs, secrets } = platform;
  const world = { db, clock, ids, blobs, secrets };
  const founded = await found(world, {
    name: 'Night Shift',
    currency: 'EUR',
    founder: { pseudonym: 'heron', password: 'a long password' },
    deposit: { amount: '1000000', source: 'grant' },
  });
  if (!founded.ok) throw new Error(founded.code);
  const acting = (memberId: string, roles: readonly string[]): GovernedContext => {
    return { ...world, policy: founded.policy, actor: { memberId, roles, kind: 'member' } };
  };
  const heron = acting(founded.member.id, founded.member.roles);
  const member = async (pseudonym: string) => {
    const invited = await invite(heron);
    if (!invited.ok) throw new Error(invited.code);
    const visitor = { ...heron, actor: { memberId: null, roles: [], kind: 'visitor' as const } };
    const joined = await join(visitor, { code: invited.code, pseudonym, password: 'a long password' });
    if (!joined.ok) throw new Error(joined.code);
    return acting(joined.member.id, joined.member.roles);
  };
  return {
    platform,
    heron,
    iris: await member('iris'),
    ko: await member('ko'),
    nacht: await member('nacht'),
    salt: await member('salt'),
    [Symbol.asyncDispose]: () => platform.close(),
  };
}

/** The same, under a policy by which the clips of a month share so many minor units. */
export function sharingMonthly(ctx: GovernedContext, perMonth: number): GovernedContext {
  const { document } = ctx.policy;
  const { compensation } = document;
  const royalty = { ...compensation.royalty, perMonth };
  return {
    ...ctx,
    policy: { ...ctx.policy, document: { ...document, compensation: { ...compensation, royalty } } },
  };
}

export const goodTerms: ProposedTerms = {
  title: 'Break the night model',
  brief: 'Find prompts on which the clip freezes.',
  rates: [
    { kind: 'bug', amount: '3000' },
    { kind: 'critique', amount: '2500' },
  ],
  budget: '26000',
  currency: 'EUR',
  deadline: '2026-04-01T00:00:00+02:00',
};

/** A finished clip of 16 frames in two seconds. */
export function clipOf(maker: GovernedContext): GenerationRef {
  return {
    id: maker.ids.next(),
    makerId: maker.actor.memberId ?? '',
    seed: '18446744073709551615',
    prompt: 'a heron over black water',
    modelId: 'commons-2',
    settings: { steps: 30, guidance: 2.5, mode: 'clip' },
    frames: 16,
    durationMs: 2000,
  };
}

/** Opens a call that must be allowed, and answers its id. */
export async function openGoodCall(
  steward: GovernedContext,
  change: Partial<ProposedTerms> = {},
): Promise<string> {
  const opened = await openCall(steward, { ...goodTerms, ...change });
  if (!opened.ok) throw new Error(opened.code);
  return opened.call.id;
}

/** Submits a bug that must be taken, and answers its id. */
export async function submitBug(author: GovernedContext, callId: string): Promise<string> {
  const generation = clipOf(author);
  const piece = {
    callId,
    generationId: generation.id,
    generation,
    kind: 'bug',
    text: 'Frame 9 repeats.',
    frame: 9,
  };
  const submitted = await submit(author, piece);
  if (!submitted.ok) throw new Error(submitted.code);
  await drawWaiting(author);
  return submitted.contribution.id;
}

/** Draws the reviewers of everything that waits for them, once a checkpoint stands over it. */
export async function drawWaiting(given: GovernedContext): Promise<void> {
  await sealStanding(given, 60_000);
  const ctx = atOneInstant(given);
  for (const id of await callsUndrawn(ctx.db.read))
    if ((await ctx.db.transaction((tx) => drawReviewers(tx, ctx, id))) === 0)
      throw new Error(`call ${id} drew nobody`);
}

/** What of the named invariants does not hold; nothing when all is well. */
export async function brokenInvariants({ platform }: House): Promise<string[]> {
  const checked = await runChecks(platform.db.read, platform, compensationChecks);
  return checked.flatMap(({ name, violations }) =>
    violations.map(({ what, detail }) => `${name}: ${what} ${detail}`),
  );
}
