/** A collective that decides in every way there is; its book, alone, is confirmed by a stranger. */
import { randomUUID } from 'node:crypto';
import { type Figures, verifyArchive } from '@uncaged/verify';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { raise, type Stage } from './support/stage.ts';
import type { Visitor } from './support/visitor.ts';

const HOUR = 3_600_000;
const names = ['heron', 'nacht', 'iris', 'ko', 'salt'] as const;
type Name = (typeof names)[number];
const members = {} as Record<Name, Visitor>;
const ids = {} as Record<Name, string>;
let stage: Stage;

interface Seen {
  id: string;
  state: string;
  rule: { discussionHours: number; votingHours: number; delayHours: number };
  ballotOptions: { key: string; title: string }[];
  winners: { key: string; title: string }[];
  rebasedBy: { id: string } | null;
}

beforeAll(async () => {
  stage = await raise();
  const password = 'a reed by the water';
  const heron = stage.visitor();
  const founder = { pseudonym: 'heron', password };
  await heron.post('/api/collective', { name: 'Reed Bed', currency: 'EUR', founder });
  members.heron = heron;
  for (const pseudonym of names.slice(1)) {
    const { code } = await heron.post<{ code: string }>('/api/invitations', {});
    members[pseudonym] = stage.visitor();
    await members[pseudonym].post('/api/members', { code, pseudonym, password });
  }
  const { members: all } = await heron.get<{ members: { id: string; pseudonym: Name }[] }>('/api/members');
  for (const { id, pseudonym } of all) ids[pseudonym] = id;
});
afterAll(() => stage[Symbol.asyncDispose]());

const hash = async () => (await members.heron.get<{ hash: string }>('/api/policy')).hash;
const page = async (id: string) =>
  (await members.heron.get<{ proposal: Seen }>(`/api/proposals/${id}`)).proposal;
const propose = async (by: Name, kind: string, patch: object[], more: object = {}) => {
  const words = { kind, title: `A change by ${by}`, body: '', patch, against: await hash(), ...more };
  const made = await members[by].post<{ proposal: Seen }>('/api/proposals', words);
  return made.proposal.id;
};
/** Opens a vote after its discussion. */
async function open(by: Name, id: string): Promise<Seen> {
  await members[by].post(`/api/proposals/${id}/open`);
  const { rule } = await page(id);
  await stage.pass(rule.discussionHours * HOUR);
  return page(id);
}
const vote = (who: Name, id: string, ballot: object) =>
  members[who].post(`/api/proposals/${id}/ballots`, ballot);
async function close(id: string, delay = true): Promise<Seen> {
  const { rule } = await page(id);
  await stage.pass(rule.votingHours * HOUR);
  if (delay) await stage.pass(rule.delayHours * HOUR);
  return page(id);
}
/** A change that everybody says yes to, in force or on trial. */
async function pass(kind: string, patch: object[], terms: object = {}): Promise<Seen> {
  const id = await propose('iris', kind, patch, { terms });
  await open('iris', id);
  for (const who of names) await vote(who, id, { choice: 'yes' });
  return close(id);
}
const usual = (value: number) => [{ op: 'replace', path: '/studio/steps/usual', value }];
const safeguard = (text: string) => ({
  kind: 'named_living_artist',
  names: ['Aster Vale'],
  unlessConsent: 'style_name_prompting',
  action: 'refuse',
  text,
});

let figures: Figures;
/** The book as it stands, checked with nothing but itself. */
async function confirmed(): Promise<void> {
  await stage.sealed();
  const verdict = await verifyArchive(await members.heron.bytes('/api/book/export'));
  if (!verdict.ok) throw new Error(JSON.stringify(verdict));
  figures = verdict.figures;
}
const wordsOf = (id: string) => figures.votes.find(({ proposalId }) => proposalId === id)?.words;

test('amendments that compete, one taken over by its author', async () => {
  const id = await propose('iris', 'feature', usual(20));
  await members.iris.post(`/api/proposals/${id}/open`);
  const amend = (who: Name, value: number) =>
    members[who].post(`/api/proposals/${id}/options`, { title: `${value}`, body: '', patch: usual(value) });
  await amend('ko', 18);
  await amend('nacht', 26);
  await amend('salt', 32);
  await members.iris.post(`/api/proposals/${id}/options/o1/accept`);
  await members.salt.post(`/api/proposals/${id}/options/o3/withdraw`);
  const { rule } = await page(id);
  await stage.pass(rule.discussionHours * HOUR);
  expect((await page(id)).ballotOptions.map(({ key }) => key)).toEqual(['status_quo', 'original', 'o2']);
  for (const who of ['heron', 'nacht', 'ko'] as const)
    await vote(who, id, { vote: { ranking: [['o2'], ['original'], ['status_quo']] } });
  await vote('iris', id, { vote: { ranking: [['original'], ['o2']] } });
  await vote('salt', id, { vote: { abstain: true } });
  const seen = await close(id);
  expect(seen).toMatchObject({ state: 'enacted', winners: [{ key: 'o2' }] });
  await confirmed();
  expect(wordsOf(id)).toContain('4 counted, 1 abstain, 5 eligible');
});

test('a clash, and the vote that settles it', async () => {
  const against = await hash();
  const first = await propose('iris', 'feature', usual(28), { against });
  const second = await propose('ko', 'feature', usual(16), { against });
  await members.ko.post(`/api/proposals/${second}/open`);
  await open('iris', first);
  for (const id of [first, second]) for (const who of names) await vote(who, id, { choice: 'yes' });
  await close(first);
  const clashed = await page(second);
  expect([(await page(first)).state, clashed.state]).toEqual(['enacted', 'clash']);
  const again = clashed.rebasedBy?.id ?? '';
  const { rule } = await page(again);
  await stage.pass(rule.discussionHours * HOUR);
  for (const who of names) await vote(who, again, { choice: 'yes' });
  expect((await close(again)).state).toBe('enacted');
  await confirmed();
});

test('an election, and a voice handed on', async () => {
  await members.salt.post('/api/delegations', { topic: 'election', to: ids.ko });
  const terms = { role: 'steward', seats: 2 };
  const id = await propose('iris', 'election', [], { terms });
  await members.iris.post(`/api/proposals/${id}/open`);
  for (const who of ['heron', 'ko', 'nacht'] as const)
    await members[who].post(`/api/proposals/${id}/candidacies`, { statement: 'I would.' });
  const { rule } = await page(id);
  await stage.pass(rule.discussionHours * HOUR);
  await vote('heron', id, { vote: { ranking: [['o1'], ['o2']] } });
  await vote('ko', id, { vote: { ranking: [['o2'], ['o1']] } });
  await vote('nacht', id, { vote: { ranking: [['o3'], ['o2']] } });
  await vote('iris', id, { vote: { ranking: [['o1'], ['o3']] } });
  const seen = await close(id);
  expect(seen.winners.map(({ title }) => title).toSorted()).toEqual(['heron', 'ko']);
  await confirmed();
  expect(wordsOf(id)).toContain('1 of these voices given through somebody else');
});

test('a change on trial that stays, one that is taken back, and one with an end', async () => {
  const canary = { percent: 30, hours: 24, measure: 'refused_per_thousand', revertAbove: 0 };
  const patch = [{ op: 'add', path: '/safeguards/living', value: safeguard('Ask first.') }];
  const stays = await pass('safeguard', patch, { canary });
  expect(stays.state).toBe('canary');
  await stage.pass(24 * HOUR);
  expect((await page(stays.id)).state).toBe('enacted');
  const text = [{ op: 'replace', path: '/safeguards/living/text', value: 'Never.' }];
  const goes = await pass('safeguard', text, { canary: { ...canary, percent: 50 } });
  // Until somebody is refused under it: which clips are in its half follows from their ids.
  for (let asked = 0; asked < 60; asked++) {
    const prompt = 'a reed by Aster Vale';
    const reply = await members.nacht.request('POST', '/api/generations', {
      body: { prompt },
      idempotencyKey: randomUUID(),
    });
    if (!reply.ok && JSON.stringify(reply.problem).includes('Never.')) break;
  }
  await stage.pass(24 * HOUR);
  expect((await page(goes.id)).state).toBe('reverted');
  const ends = await pass('feature', usual(33), { sunsetDays: 2 });
  await stage.pass(48 * HOUR);
  expect((await page(ends.id)).state).toBe('reverted');
  await confirmed();
});

test('a measure that ends by itself, and one that a vote keeps', async () => {
  const measure = async (text: string) => {
    const patch = [{ op: 'replace', path: '/safeguards/living/text', value: text }];
    const asked = { title: text, body: '', patch, against: await hash(), hours: 72 };
    const made = await members.heron.post<{ emergency: { id: string } }>('/api/emergencies', asked);
    type Changed = { emergency: { state: string; proposalId: string } };
    return (await members.ko.post<Changed>(`/api/emergencies/${made.emergency.id}/sign`)).emergency;
  };
  const before = await hash();
  expect((await measure('Stop.')).state).toBe('in_force');
  await stage.pass(72 * HOUR);
  expect(await hash()).toBe(before);
  const kept = await measure('Stop for good.');
  for (const who of names) await vote(who, kept.proposalId, { choice: 'yes' });
  await stage.pass(72 * HOUR);
  expect((await page(kept.proposalId)).state).toBe('enacted');
  expect(await hash()).not.toBe(before);
  await confirmed();
});

test('every named invariant holds', async () => {
  await stage.check();
});
