/** A secret vote from its papers to its count, as browsers take part in it; and what nobody gets through. */
import { constants, generateKeyPairSync, sign } from 'node:crypto';
import type {
  PaperAnswer,
  Problem,
  ProposalsAnswer,
  SecretBallotAnswer,
  SecretBallotRequest,
} from '@uncaged/contract';
import { verifyArchive } from '@uncaged/verify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ballotOn, newPaper, type Paper, signedPaper } from '../apps/portal/src/lib/papers.ts';
import { verifyPss } from '../packages/governance/src/secret.ts';
import { type Bendable, bentArchive } from '../packages/verify/src/testing.ts';
import { type Deciding, gather, HOUR } from './support/deciding.ts';
import { raise, type Stage } from './support/stage.ts';

const names = ['heron', 'nacht', 'iris', 'ko', 'salt', 'mica'] as const;
type Name = (typeof names)[number];
const papers = new Map<Name, Paper>();
let stage: Stage;
let reeds: Deciding<Name>;
let id: string;
let modulus: string;
let half: number;

beforeAll(async () => {
  stage = await raise();
  reeds = await gather(stage, 'Reed Bed', names);
  id = await reeds.propose('iris', 'open', [], { title: 'Shall we move?', terms: { secret: true } });
  const { rule, secret } = await reeds.open('iris', id);
  modulus = secret?.modulus ?? '';
  half = (rule.votingHours * HOUR) / 2;
});
afterAll(() => stage[Symbol.asyncDispose]());

const paper = async (who: Name): Promise<Paper> => {
  const blank = await newPaper(id, modulus);
  const answer = await reeds.members[who].post<PaperAnswer>(`/api/proposals/${id}/papers`, {
    blinded: blank.blinded,
  });
  return signedPaper(blank, modulus, answer.signed);
};
/** Sends a ballot as a browser without a cookie. */
const cast = (ballot: SecretBallotRequest) =>
  stage.visitor().raw('POST', `/api/proposals/${id}/secret-ballots`, JSON.stringify(ballot), {
    'content-type': 'application/json',
  });
const problemOf = async (response: Response) => {
  const { code, next } = (await response.json()) as Problem;
  expect(next.length).toBeGreaterThan(10);
  return [response.status, code];
};

const waitsFor = async (who: Name) =>
  (await reeds.members[who].get<ProposalsAnswer>('/api/proposals')).waiting.includes(id);

test('everybody who may vote gets one paper, and only one; the book says who, and nothing of it', async () => {
  expect(await waitsFor('ko')).toBe(true);
  for (const who of names.slice(0, 5)) papers.set(who, await paper(who));
  expect([await waitsFor('ko'), await waitsFor('mica')]).toEqual([false, true]);
  const again = await reeds.members.ko.request('POST', `/api/proposals/${id}/papers`, {
    body: { blinded: (await newPaper(id, modulus)).blinded },
  });
  expect(again).toMatchObject({ ok: false, problem: { code: 'paper_given' } });
  const own = papers.get('ko') as Paper;
  const same = await reeds.members.ko.post<PaperAnswer>(`/api/proposals/${id}/papers`, {
    blinded: own.blinded,
  });
  expect(same.receipt).toBeNull();
  expect((await reeds.page(id)).secret).toMatchObject({ papersGiven: 5, fewest: 5, ballots: [] });
});

test('papers and ballots have times of their own', async () => {
  const early = ballotOn(papers.get('ko') as Paper, { choice: 'yes', vote: null });
  expect(await problemOf(await cast(early))).toEqual([409, 'papers_first']);
  await stage.pass(half);
  expect(await waitsFor('mica'), 'too late for a paper').toBe(false);
  const late = await newPaper(id, modulus);
  const reply = await reeds.members.mica.raw(
    'POST',
    `/api/proposals/${id}/papers`,
    JSON.stringify({ blinded: late.blinded }),
    { 'content-type': 'application/json' },
  );
  expect(await problemOf(reply)).toEqual([409, 'papers_given_out']);
  const open = await reeds.members.mica.raw(
    'POST',
    `/api/proposals/${id}/ballots`,
    JSON.stringify({ choice: 'yes' }),
    {
      'content-type': 'application/json',
    },
  );
  expect(await problemOf(open)).toEqual([409, 'vote_is_secret']);
});

describe('no ballot but on a paper of this vote', () => {
  const bent = (change: Partial<SecretBallotRequest>) => ({
    ...ballotOn(papers.get('ko') as Paper, { choice: 'yes', vote: null }),
    ...change,
  });
  test.each([
    ['another key', () => bent({ publicKey: 'a'.repeat(64) }), 422, 'token_invalid'],
    ['another paper', () => bent({ randomizer: '0'.repeat(64) }), 422, 'token_invalid'],
    ['a token of its own making', () => bent({ token: '1'.repeat(768) }), 422, 'token_invalid'],
    ['another choice than was signed', () => bent({ choice: 'no' }), 422, 'signature_invalid'],
    ['nothing said', () => bent({ choice: null }), 422, 'ballot_invalid'],
    [
      'an option where there is none',
      () => bent({ vote: { ranking: [['o1']] }, choice: null }),
      422,
      'ballot_invalid',
    ],
  ])('%s', async (_, ballot, status, code) => {
    expect(await problemOf(await cast(ballot()))).toEqual([status, code]);
  });
});

test('a ballot can be changed; the last counts, and an older one is refused', async () => {
  const said: Record<string, 'yes' | 'no' | 'abstain'> = {
    heron: 'yes',
    nacht: 'yes',
    iris: 'no',
    ko: 'no',
    salt: 'abstain',
  };
  let first: SecretBallotRequest | null = null;
  for (const [who, choice] of Object.entries(said)) {
    const own = papers.get(who as Name) as Paper;
    const ballot = ballotOn(own, { choice, vote: null });
    const reply = await cast(ballot);
    expect(reply.status).toBe(200);
    const { promise } = (await reply.json()) as SecretBallotAnswer;
    expect(promise).toMatch(/^[0-9a-f]{128}$/);
    papers.set(who as Name, { ...own, revision: ballot.revision });
    if (who === 'ko') first = ballot;
  }
  const again = ballotOn(papers.get('ko') as Paper, { choice: 'yes', vote: null });
  expect((await cast(again)).status).toBe(200);
  expect((await cast(again)).status, 'the same twice is the same').toBe(200);
  expect(await problemOf(await cast(first as SecretBallotRequest))).toEqual([409, 'ballot_older']);
  const during = await reeds.page(id);
  expect([during.cast, during.secret?.ballots, during.tally]).toEqual([0, [], null]);
});

test('the count opens what was said and nobody; a stranger recounts it', async () => {
  await stage.pass(half);
  const counted = await reeds.page(id);
  expect(counted.tally).toMatchObject({ yes: 3, no: 1, abstain: 1, eligible: 6, passed: true });
  expect(counted.ballots).toEqual([]);
  const keys = counted.secret?.ballots.map(({ publicKey }) => publicKey);
  expect(keys).toEqual([...papers.values()].map(({ publicKey }) => publicKey).sort());
  await stage.sealed();
  await stage.check();
  const archive = await reeds.members.heron.bytes('/api/book/export');
  const verdict = await verifyArchive(archive);
  expect(verdict).toMatchObject({ ok: true });
});

type Fields = Record<string, unknown>;
const closedOf = (entries: Bendable[]) => {
  const entry = entries.find(({ kind }) => kind === 'proposal.closed');
  if (!entry?.opening) throw new Error('nothing was closed');
  return {
    entry,
    payload: entry.opening.payload as Fields,
    ballots: entry.opening.payload.secretBallots as Fields[],
  };
};
const lies: [string, RegExp, (ballots: Fields[], payload: Fields) => void][] = [
  [
    'a changed ballot',
    /not signed by whoever holds its paper/,
    (ballots) => Object.assign(ballots.find(({ choice }) => choice === 'yes') ?? {}, { choice: 'no' }),
  ],
  ['a dropped ballot', /opens so few ballots/, (ballots) => ballots.pop()],
  ['a ballot twice', /counts a paper twice/, (ballots) => ballots.push(ballots[0] ?? {})],
  [
    'a paper that nobody signed',
    /no paper of this vote/,
    ([ballot]) => Object.assign(ballot ?? {}, { token: 'a'.repeat(768) }),
  ],
];
test.each(lies)('%s is found', async (_, message, lie) => {
  await stage.sealed();
  let at = '';
  const archive = await bentArchive(await reeds.members.heron.bytes('/api/book/export'), (entries) => {
    const { entry, payload, ballots } = closedOf(entries);
    lie(ballots, payload);
    at = entry.id;
  });
  expect(await verifyArchive(archive)).toMatchObject({
    ok: false,
    code: 'broken_vote',
    entry: at,
    message: expect.stringMatching(message),
  });
});
test('a paper for somebody who may not vote is found', async () => {
  let at = '';
  const archive = await bentArchive(await reeds.members.heron.bytes('/api/book/export'), (entries) => {
    const issued = entries.find(({ kind }) => kind === 'ballot.issued') as Bendable;
    Object.assign(issued, { actor: 'somebody' });
    Object.assign(issued.opening?.payload ?? {}, { memberId: 'somebody' });
    at = issued.id;
  });
  expect(await verifyArchive(archive)).toMatchObject({ ok: false, code: 'broken_vote', entry: at });
});

test('too few ballots are not opened, and decide nothing', async () => {
  id = await reeds.propose('iris', 'open', [], { title: 'And now?', terms: { secret: true } });
  const { rule, secret } = await reeds.open('iris', id);
  modulus = secret?.modulus ?? '';
  const own = await paper('ko');
  await stage.pass((rule.votingHours * HOUR) / 2);
  expect((await cast(ballotOn(own, { choice: 'yes', vote: null }))).status).toBe(200);
  await stage.pass((rule.votingHours * HOUR) / 2);
  const counted = await reeds.page(id);
  expect([counted.state, counted.secret?.ballots]).toEqual(['lapsed', []]);
  expect(counted.tally?.words).toContain('fewer than 5 secret ballots');
  await stage.sealed();
  expect(await verifyArchive(await reeds.members.heron.bytes('/api/book/export'))).toMatchObject({
    ok: true,
  });
});

test('our check of a signature is that of every other program', () => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 3072 });
  const { n = '' } = publicKey.export({ format: 'jwk' });
  for (let round = 0; round < 8; round++) {
    const message = Buffer.from(`round ${round}`);
    const by = (saltLength: number) =>
      sign('sha384', message, { key: privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength });
    expect(verifyPss(n, message, by(48))).toBe(true);
    expect(verifyPss(n, message, by(32)), 'another salt').toBe(false);
    expect(verifyPss(n, Buffer.from('other'), by(48))).toBe(false);
    const bent = by(48);
    bent[round * 40] = (bent[round * 40] ?? 0) ^ 1;
    expect(verifyPss(n, message, bent)).toBe(false);
  }
});
