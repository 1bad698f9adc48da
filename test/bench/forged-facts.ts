import { type Json, toHex } from '@uncaged/book/rules';
import {
  type TermsPayload,
  termsFromPayload,
  termsHash,
} from '../../packages/compensation/src/calls/payload.ts';
import {
  emptyPool,
  type IndexStep,
  type PoolIndex,
  stepIndex,
} from '../../packages/compensation/src/royalties/index-rule.ts';
import { at, exampleFacts, moved } from '../../packages/verify/src/example.testing.ts';
import { type ForgedFact, forgedId, saltOf } from '../../packages/verify/src/testing.ts';

/** Clips made in a round. */
const CLIPS = 3;
/** Pieces that one call pays before the next call opens. */
const PIECES = 5000;

/** Facts of the example that every forged book begins with. */
export const FOUNDED: number = exampleFacts().length;

/** When the nth entry after the example's is written. */
export const timeOf = (n: number): Date => new Date(Date.UTC(2026, 2, 9) + n * 1000);

type Payload = { [key: string]: Json };

const payloadOf = (facts: readonly ForgedFact[], n: number) => facts[n]?.payload as Payload;

/** The example, and then the same round of work again and again, without end. */
export function* facts(): Generator<ForgedFact> {
  const example = exampleFacts();
  yield* example;
  const { terms, clip } = { terms: payloadOf(example, at.call), clip: payloadOf(example, at.clip) };
  let n = example.length;
  let pool: PoolIndex = stepIndex(emptyPool, 2n, 2n).after;
  const counted = new Map([[String(payloadOf(example, at.counted).month), 1]]);
  for (let round = 0; ; round += 1) {
    const call = `b${Math.floor(round / PIECES)}`;
    const facts = [...(round % PIECES === 0 ? callFacts(call, terms) : []), ...moneyFacts(round)];
    for (let made = 0; made < CLIPS; made += 1) {
      const step = stepIndex(pool, 2n, 2n);
      const month = timeOf(n + facts.length + 2)
        .toISOString()
        .slice(0, 7);
      const clips = (counted.get(month) ?? 0) + 1;
      counted.set(month, clips);
      facts.push(...clipFacts(`b${round}-${made}`, clip, step, { month, clips }));
      pool = step.after;
    }
    facts.push(...pieceFacts(call, `b${round}`, n + facts.length));
    yield* facts;
    n += facts.length;
  }
}

function callFacts(callId: string, terms: Payload): ForgedFact[] {
  const budget = 4000n * BigInt(PIECES);
  const payload = { ...terms, callId, budget: String(budget) };
  return [
    {
      kind: 'fund.deposited',
      subject: 'fund:main',
      actor: 'heron',
      payload: { fund: 'main', source: 'grant' },
      postings: moved('world:grant', 'fund:main', budget),
    },
    {
      kind: 'call.opened',
      subject: `call:${callId}`,
      actor: 'heron',
      payload: { ...payload, termsHash: termsHash(termsFromPayload(payload as unknown as TermsPayload)) },
      postings: moved('fund:main', `escrow:${callId}`, budget),
    },
  ];
}

function moneyFacts(round: number): ForgedFact[] {
  const purpose = `Running costs of round ${round}.`;
  return [
    {
      kind: 'fund.deposited',
      subject: 'fund:main',
      actor: 'heron',
      payload: { fund: 'main', source: 'grant' },
      postings: moved('world:grant', 'fund:main', 2000n),
    },
    {
      kind: 'fund.transferred',
      subject: `transfer:b${round}`,
      actor: 'heron',
      payload: { from: 'main', to: 'costs', amount: '1500', currency: 'EUR', purpose },
      postings: moved('fund:main', 'fund:costs', 1500n),
    },
  ];
}

function clipFacts(
  generationId: string,
  clip: Payload,
  { before, after }: IndexStep,
  { month, clips }: { month: string; clips: number },
): ForgedFact[] {
  const subject = `generation:${generationId}`;
  return [
    { kind: 'generation.completed', subject, payload: { ...clip, generationId } },
    {
      kind: 'royalty.accrued',
      subject,
      payload: {
        ...{ generationId, modelId: 'm1', currency: 'EUR', amount: '2', works: '2' },
        ...{ indexBefore: String(before.index), indexAfter: String(after.index) },
        ...{ remainderBefore: String(before.remainder), remainderAfter: String(after.remainder) },
      },
      postings: moved('fund:main', 'pool:m1', 2n),
    },
    {
      kind: 'royalty.counted',
      subject,
      payload: { generationId, modelId: 'm1', month, works: '2', clips: String(clips) },
    },
  ];
}

/** A piece handed in, two answers to it and what they decide; `first` is the position of its first entry. */
function pieceFacts(callId: string, contributionId: string, first: number): ForgedFact[] {
  const subject = `contribution:${contributionId}`;
  const reasonHash = 'cd'.repeat(32);
  const reviewers = ['heron', 'ko'];
  const at = (n: number) => timeOf(first + n).toISOString();
  return [
    {
      kind: 'contribution.submitted',
      subject,
      actor: 'iris',
      visibility: 'private',
      payload: { text: `What froze in ${contributionId}.` },
    },
    ...reviewers.map((reviewerId): ForgedFact => {
      return {
        kind: 'contribution.reviewed',
        subject,
        actor: reviewerId,
        visibility: 'private',
        payload: { contributionId, verdict: 'accept', reasonHash },
        postings: moved(`escrow:${callId}`, `member:${reviewerId}`, 500n),
      };
    }),
    {
      kind: 'contribution.accepted',
      subject,
      payload: {
        ...{ contributionId, callId, memberId: 'iris', kind: 'bug', amount: '2500', currency: 'EUR' },
        ...{ by: 'reviews', submittedEntryId: forgedId(first), submittedAt: at(0), decidedAt: at(2) },
        reviews: reviewers.map((reviewerId, n) => {
          const salt = toHex(saltOf(first + 1 + n));
          return { entryId: forgedId(first + 1 + n), reviewerId, verdict: 'accept', reasonHash, salt };
        }),
      },
      postings: moved(`escrow:${callId}`, 'member:iris', 2500n),
    },
  ];
}
