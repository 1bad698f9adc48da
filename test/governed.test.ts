/** A collective that decides in every way there is; its book, alone, is confirmed by a stranger. */
import { randomUUID } from 'node:crypto';
import type { ProposalsAnswer } from '@uncaged/contract';
import { type Figures, verifyArchive } from '@uncaged/verify';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Deciding, gather, HOUR, namesRefused, ranking } from './support/deciding.ts';
import { raise, type Stage } from './support/stage.ts';

const names = ['heron', 'nacht', 'iris', 'ko', 'salt'] as const;
type Name = (typeof names)[number];
let stage: Stage;
let reeds: Deciding<Name>;
beforeAll(async () => {
  stage = await raise();
  reeds = await gather(stage, 'Reed Bed', names);
});
afterAll(() => stage[Symbol.asyncDispose]());

const usual = (value: number) => [{ op: 'replace', path: '/studio/steps/usual', value }];
const safeguard = (text: string) => namesRefused(['Linnet'], text);

let figures: Figures;
/** The book as it stands, checked with nothing but itself. */
async function confirmed(): Promise<void> {
  await stage.sealed();
  const verdict = await verifyArchive(await reeds.members.heron.bytes('/api/book/export'));
  if (!verdict.ok) throw new Error(JSON.stringify(verdict));
  figures = verdict.figures;
}
const wordsOf = (id: string) => figures.votes.find(({ proposalId }) => proposalId === id)?.words;

test('amendments that compete, one taken over by its author', async () => {
  const id = await reeds.propose('iris', 'feature', usual(20));
  await reeds.members.iris.post(`/api/proposals/${id}/open`);
  const amend = (who: Name, value: number) =>
    reeds.members[who].post(`/api/proposals/${id}/options`, {
      title: `${value}`,
      body: '',
      patch: usual(value),
    });
  await amend('ko', 18);
  await amend('nacht', 26);
  await amend('salt', 32);
  await reeds.members.iris.post(`/api/proposals/${id}/options/o1/accept`);
  await reeds.members.salt.post(`/api/proposals/${id}/options/o3/withdraw`);
  const { rule } = await reeds.page(id);
  await stage.pass(rule.discussionHours * HOUR);
  expect((await reeds.page(id)).ballotOptions.map(({ key }) => key)).toEqual([
    'status_quo',
    'original',
    'o2',
  ]);
  for (const who of ['heron', 'nacht', 'ko'] as const)
    await reeds.vote(who, id, ranking('o2', 'original', 'status_quo'));
  const waiting = async (who: Name) =>
    (await reeds.members[who].get<ProposalsAnswer>('/api/proposals')).waiting;
  expect([await waiting('iris'), await waiting('heron')]).toEqual([[id], []]);
  await reeds.vote('iris', id, ranking('original', 'o2'));
  await reeds.vote('salt', id, { vote: { abstain: true } });
  const seen = await reeds.close(id);
  expect(seen).toMatchObject({ state: 'enacted', winners: [{ key: 'o2' }] });
  await confirmed();
  expect(wordsOf(id)).toContain('4 counted, 1 abstain, 5 eligible');
});

test('a clash, and the vote that settles it', async () => {
  const against = await reeds.hash();
  const first = await reeds.propose('iris', 'feature', usual(28), { against });
  const second = await reeds.propose('ko', 'feature', usual(16), { against });
  await reeds.members.ko.post(`/api/proposals/${second}/open`);
  await reeds.open('iris', first);
  for (const id of [first, second]) for (const who of names) await reeds.vote(who, id, { choice: 'yes' });
  await reeds.close(first);
  const clashed = await reeds.page(second);
  expect([(await reeds.page(first)).state, clashed.state]).toEqual(['enacted', 'clash']);
  const again = clashed.rebasedBy?.id ?? '';
  const { rule } = await reeds.page(again);
  await stage.pass(rule.discussionHours * HOUR);
  for (const who of names) await reeds.vote(who, again, { choice: 'yes' });
  expect((await reeds.close(again)).state).toBe('enacted');
  await confirmed();
});

test('an election, and a voice handed on', async () => {
  await reeds.members.salt.post('/api/delegations', { topic: 'election', to: reeds.ids.ko });
  const terms = { role: 'steward', seats: 2 };
  const id = await reeds.propose('iris', 'election', [], { terms });
  await reeds.members.iris.post(`/api/proposals/${id}/open`);
  for (const who of ['heron', 'ko', 'nacht'] as const)
    await reeds.members[who].post(`/api/proposals/${id}/candidacies`, { statement: 'I would.' });
  const { rule } = await reeds.page(id);
  await stage.pass(rule.discussionHours * HOUR);
  await reeds.vote('heron', id, ranking('o1', 'o2'));
  await reeds.vote('ko', id, ranking('o2', 'o1'));
  await reeds.vote('nacht', id, ranking('o3', 'o2'));
  await reeds.vote('iris', id, ranking('o1', 'o3'));
  const seen = await reeds.close(id);
  expect(seen.winners.map(({ title }) => title).toSorted()).toEqual(['heron', 'ko']);
  await confirmed();
  expect(wordsOf(id)).toContain('1 of these voices given through somebody else');
});

test('a change on trial that stays, one that is taken back, and one with an end', async () => {
  const canary = { percent: 30, hours: 24, measure: 'refused_per_thousand', revertAbove: 0 };
  const patch = [{ op: 'add', path: '/safeguards/living', value: safeguard('Ask first.') }];
  const stays = await reeds.pass('iris', 'safeguard', patch, { canary });
  expect(stays.state).toBe('canary');
  await stage.pass(24 * HOUR);
  expect((await reeds.page(stays.id)).state).toBe('enacted');
  const text = [{ op: 'replace', path: '/safeguards/living/text', value: 'Never.' }];
  const goes = await reeds.pass('iris', 'safeguard', text, { canary: { ...canary, percent: 50 } });
  // Until somebody is refused under it: which clips are in its half follows from their ids.
  for (let asked = 0; asked < 60; asked++) {
    const prompt = 'a reed by Linnet';
    const reply = await reeds.members.nacht.request('POST', '/api/generations', {
      body: { prompt },
      idempotencyKey: randomUUID(),
    });
    if (!reply.ok && JSON.stringify(reply.problem).includes('Never.')) break;
  }
  await stage.pass(24 * HOUR);
  expect((await reeds.page(goes.id)).state).toBe('reverted');
  const ends = await reeds.pass('iris', 'feature', usual(33), { sunsetDays: 2 });
  await stage.pass(48 * HOUR);
  expect((await reeds.page(ends.id)).state).toBe('reverted');
  await confirmed();
});

test('a measure that ends by itself, and one that a vote keeps', async () => {
  const measure = async (text: string) => {
    const patch = [{ op: 'replace', path: '/safeguards/living/text', value: text }];
    const asked = { title: text, body: '', patch, against: await reeds.hash(), hours: 72 };
    const made = await reeds.members.heron.post<{ emergency: { id: string } }>('/api/emergencies', asked);
    type Changed = { emergency: { state: string; proposalId: string } };
    return (await reeds.members.ko.post<Changed>(`/api/emergencies/${made.emergency.id}/sign`)).emergency;
  };
  const before = await reeds.hash();
  expect((await measure('Stop.')).state).toBe('in_force');
  await stage.pass(72 * HOUR);
  expect(await reeds.hash()).toBe(before);
  const kept = await measure('Stop for good.');
  for (const who of names) await reeds.vote(who, kept.proposalId, { choice: 'yes' });
  await stage.pass(72 * HOUR);
  expect((await reeds.page(kept.proposalId)).state).toBe('enacted');
  expect(await reeds.hash()).not.toBe(before);
  await confirmed();
});

test('every named invariant holds', async () => {
  await stage.check();
});
