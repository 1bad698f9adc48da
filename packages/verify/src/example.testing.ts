import { readFileSync } from 'node:fs';
import { sha256 } from '@noble/hashes/sha2.js';
import { type Json, type Posting, toHex, utf8 } from '@uncaged/book/rules';
import {
  emptyPool,
  stepIndex,
  type TermsPayload,
  termsFromPayload,
  termsHash,
} from '@uncaged/compensation/rules';
import {
  enactment,
  type Policy,
  type PolicyPatch,
  patchPolicy,
  policyHash,
  tallyYesNo,
  votingWindow,
} from '@uncaged/governance/rules';
import { readManifest } from '@uncaged/provenance/rules';
import { parse } from 'yaml';
import { type ForgedFact, forgedId, saltOf } from './testing.ts';

/**
 * The policy a new collective starts with, from the files that every collective starts with, but for reviewers drawn by
 * lot (who reads this example needs no checkpoint in its midst), and with a sum that the clips of a month share.
 */
function genesis(): Policy {
  const read = (name: string) => {
    return parse(
      readFileSync(new URL(`../../../governance/${name}.yaml`, import.meta.url), 'utf8'),
    ) as object;
  };
  const {
    reviewerSeats: _seats,
    laterShare: _share,
    royalty,
    ...rest
  } = read('rate-card') as Record<string, unknown> & { royalty: object };
  const compensation = { ...rest, royalty: { ...royalty, perMonth: 10 } };
  return { ...read('policy'), compensation, safeguards: read('safeguards') } as Policy;
}

/** Weights of no model, and a manifest of two works: what an archive carries as blobs. */
export const weights = utf8('weights');
export const manifest = utf8(
  [1, 2]
    .map((n) => ({
      sha256: String(n).repeat(64),
      basis: 'public_domain_dedication',
      consentId: null,
      weight: n,
    }))
    .map((item) => `${JSON.stringify(item)}\n`)
    .join(''),
);

export const moved = (from: string, to: string, amount: bigint): Posting[] => [
  { account: from, currency: 'EUR', amount: -amount },
  { account: to, currency: 'EUR', amount },
];

/** Places in the example's facts. */
export const at = {
  deposit: 2,
  dataset: 4,
  model: 5,
  created: 8,
  opened: 9,
  closed: 14,
  enacted: 15,
  call: 16,
  accepted: 20,
  clip: 21,
  royalty: 22,
  counted: 23,
};

/** A small true book: founding, a safeguard voted in, work paid, a clip made. Tests bend a copy of it. */
export function exampleFacts(): ForgedFact[] {
  return [...foundingFacts(), ...voteFacts(), ...workFacts()];
}

const before = genesis();

function foundingFacts(): ForgedFact[] {
  const read = readManifest(new TextDecoder().decode(manifest));
  if (!read.ok) throw new Error(read.code);
  const manifestSha256 = toHex(sha256(manifest));
  const weightsSha256 = toHex(sha256(weights));
  return [
    {
      kind: 'collective.founded',
      subject: 'collective:1',
      actor: 'heron',
      payload: { name: 'Reed Bed', currency: 'EUR' },
    },
    { kind: 'policy.enacted', subject: 'policy:1', actor: 'heron', payload: enacted(1, before, null, null) },
    {
      kind: 'fund.deposited',
      subject: 'fund:main',
      actor: 'heron',
      payload: { fund: 'main', source: 'grant' },
      postings: moved('world:grant', 'fund:main', 100_000n),
    },
    {
      kind: 'member.joined',
      subject: 'member:heron',
      actor: 'heron',
      visibility: 'private',
      payload: { pseudonym: 'heron' },
      closed: 'erased',
    },
    {
      kind: 'dataset.registered',
      subject: 'dataset:d1',
      payload: { datasetId: 'd1', manifestSha256, root: read.root, count: read.items.length },
    },
    {
      kind: 'model.registered',
      subject: 'model:m1',
      payload: { modelId: 'm1', name: 'commons', weightsSha256, manifestSha256, datasetId: 'd1' },
    },
    ...['iris', 'ko'].map((actor): ForgedFact => {
      const subject = `member:${actor}`;
      return { kind: 'member.joined', subject, actor, visibility: 'private', payload: { pseudonym: actor } };
    }),
  ];
}

function enacted(
  version: number,
  document: Policy,
  previousHash: string | null,
  proposalId: string | null,
): Json {
  return {
    version,
    hash: policyHash(document),
    previousHash,
    document: document as unknown as Json,
    proposalId,
  };
}

const patch: PolicyPatch = [
  {
    op: 'add',
    path: '/safeguards/living-artists',
    value: {
      kind: 'named_living_artist',
      names: ['Iris Nacht'],
      unlessConsent: 'style_name_prompting',
      action: 'refuse',
      text: 'Nobody alive is imitated by name without their yes.',
    },
  },
];

const after = votedIn();

function votedIn(): Policy {
  const patched = patchPolicy(before, patch);
  if (!patched.ok) throw new Error(patched.reason);
  return patched.policy;
}

function voteFacts(): ForgedFact[] {
  const subject = 'proposal:p1';
  const rule = before.voting.kinds.safeguard;
  const eligible = ['heron', 'iris', 'ko'];
  const opened = new Date('2026-03-02T00:00:00Z');
  const window = votingWindow(rule, opened);
  const closesAt = window.closesAt.toISOString();
  const ballot = (memberId: string, choice: string): ForgedFact => {
    return {
      kind: 'ballot.cast',
      subject,
      actor: memberId,
      visibility: 'private',
      payload: { proposalId: 'p1', memberId, choice },
    };
  };
  const counted = [
    { entryId: forgedId(10), memberId: 'heron', choice: 'yes' as const, salt: toHex(saltOf(10)) },
    { entryId: forgedId(12), memberId: 'iris', choice: 'yes' as const, salt: toHex(saltOf(12)) },
    { entryId: forgedId(13), memberId: 'ko', choice: 'abstain' as const, salt: toHex(saltOf(13)) },
  ];
  const tally = tallyYesNo(counted, eligible, rule) as unknown as Json;
  const against = policyHash(before);
  const vote = {
    proposalId: 'p1',
    kind: 'safeguard',
    title: 'No living artists',
    patch: patch as unknown as Json,
    against,
  };
  return [
    {
      kind: 'proposal.created',
      subject,
      actor: 'heron',
      payload: { ...vote, body: 'Before somebody is hurt.' },
    },
    {
      kind: 'proposal.opened',
      subject,
      actor: 'heron',
      time: opened.toISOString(),
      payload: { ...vote, rule: rule as unknown as Json, eligible, opensAt: opened.toISOString(), closesAt },
    },
    ballot('heron', 'yes'),
    ballot('iris', 'no'),
    ballot('iris', 'yes'),
    ballot('ko', 'abstain'),
    {
      kind: 'proposal.closed',
      subject,
      time: closesAt,
      payload: { proposalId: 'p1', tally, outcome: 'passed', ballots: counted },
    },
    {
      kind: 'policy.enacted',
      subject: 'policy:2',
      time: enactment(rule, window.closesAt).toISOString(),
      payload: enacted(2, after, against, 'p1'),
    },
  ];
}

function workFacts(): ForgedFact[] {
  const terms: TermsPayload = {
    title: 'Break it',
    brief: 'Find what freezes.',
    rates: [{ kind: 'bug', amount: '2500' }],
    budget: '20000',
    currency: 'EUR',
    deadline: '2026-04-01T00:00:00.000Z',
    reviewDays: 7,
    reviewsNeeded: 2,
    reviewRate: '500',
    mayJoin: 'members',
    policy: { version: 2, hash: policyHash(after) },
  };
  const hash = termsHash(termsFromPayload(terms));
  const subject = 'contribution:k1';
  const reviewed = { contributionId: 'k1', verdict: 'accept', reasonHash: 'ab'.repeat(32) };
  const review = (reviewerId: string): ForgedFact => {
    return {
      kind: 'contribution.reviewed',
      subject,
      actor: reviewerId,
      visibility: 'private',
      payload: reviewed,
      postings: moved('escrow:c1', `member:${reviewerId}`, 500n),
    };
  };
  const named = (n: number, reviewerId: string) => {
    return {
      entryId: forgedId(n),
      reviewerId,
      verdict: 'accept',
      reasonHash: reviewed.reasonHash,
      salt: toHex(saltOf(n)),
    };
  };
  const royalty = stepIndex(emptyPool, 2n, 2n);
  const submittedAt = '2026-03-07T00:00:00.000Z';
  const decidedAt = '2026-03-07T02:00:00.000Z';
  return [
    {
      kind: 'call.opened',
      subject: 'call:c1',
      actor: 'heron',
      payload: { callId: 'c1', ...terms, fund: 'main', termsHash: hash },
      postings: moved('fund:main', 'escrow:c1', 20_000n),
    },
    {
      kind: 'contribution.submitted',
      subject,
      actor: 'iris',
      visibility: 'private',
      time: submittedAt,
      payload: { text: 'Frame 9 repeats.' },
    },
    review('heron'),
    review('ko'),
    {
      kind: 'contribution.accepted',
      subject,
      payload: {
        contributionId: 'k1',
        callId: 'c1',
        memberId: 'iris',
        kind: 'bug',
        amount: '2500',
        currency: 'EUR',
        by: 'reviews',
        submittedEntryId: forgedId(17),
        submittedAt,
        decidedAt,
        reviews: [named(18, 'heron'), named(19, 'ko')],
      },
      postings: moved('escrow:c1', 'member:iris', 2500n),
    },
    {
      kind: 'generation.completed',
      subject: 'generation:g1',
      payload: {
        generationId: 'g1',
        modelId: 'm1',
        policyVersion: 2,
        policyHash: policyHash(after),
        weightsSha256: toHex(sha256(weights)),
      },
    },
    {
      kind: 'royalty.accrued',
      subject: 'generation:g1',
      payload: {
        generationId: 'g1',
        modelId: 'm1',
        currency: 'EUR',
        amount: '2',
        works: '2',
        indexBefore: royalty.before.index.toString(),
        indexAfter: royalty.after.index.toString(),
        remainderBefore: royalty.before.remainder.toString(),
        remainderAfter: royalty.after.remainder.toString(),
      },
      postings: moved('fund:main', 'pool:m1', 2n),
    },
    {
      kind: 'royalty.counted',
      subject: 'generation:g1',
      payload: { generationId: 'g1', modelId: 'm1', month: '2026-03', works: '2', clips: '1' },
    },
  ];
}
