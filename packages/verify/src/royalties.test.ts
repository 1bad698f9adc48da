import { stepIndex } from '@uncaged/compensation/rules';
import { expect, it } from 'vitest';
import { at, exampleFacts, manifest, moved, weights } from './example.testing.ts';
import { countedIn, countedInWords, royaltyIn, royaltyInWords } from './royalties.ts';
import { bytesReader } from './source.ts';
import { type ForgedFact, forgeArchive, forgeEntries } from './testing.ts';
import { verifyArchive } from './verify.ts';

const weighed: ForgedFact = {
  kind: 'royalty.weighed',
  subject: 'model:m1',
  payload: {
    ...{ modelId: 'm1', currency: 'EUR', index: '0', works: '2', weights: '2' },
    holders: [{ memberId: 'iris', claimed: '1', weight: '1' }],
  },
};

/** The example, with a weighing of the model's pool right before its first royalty. */
function archiveWith(fact: ForgedFact): Uint8Array {
  const facts = exampleFacts();
  const royalty = facts.findIndex(({ kind }) => kind === 'royalty.accrued');
  const at = facts[royalty - 1]?.time;
  const placed = { ...fact, ...(at === undefined ? {} : { time: at }) };
  const all = [...facts.slice(0, royalty), placed, ...facts.slice(royalty)];
  return forgeArchive(forgeEntries(all), { blobs: [weights, manifest] });
}

it('a member’s part of a clip’s royalty is what they held when it was made', async () => {
  const archive = archiveWith(weighed);
  expect(await verifyArchive(archive)).toMatchObject({ ok: true });
  const told = await royaltyIn(bytesReader(archive), 'g1', { memberId: 'iris' });
  expect(told?.share).toEqual({ weight: 1n, whole: 1n, rest: 0n });
  expect(told && royaltyInWords(told)).toContain('Whoever holds 1 of these works is owed');
  expect((await royaltyIn(bytesReader(archive), 'g1', { memberId: 'ko' }))?.share.weight).toBe(0n);
  expect(await royaltyIn(bytesReader(archive), 'none', 1n)).toBeNull();
});

it('a pool that is weighed on other works than taught the model is found', async () => {
  const payload = { ...(weighed.payload as object), works: '3', weights: '3' };
  expect(await verifyArchive(archiveWith({ ...weighed, payload }))).toMatchObject({
    ok: false,
    code: 'broken_royalty',
    message: expect.stringContaining('weighs other works than taught the model'),
  });
});

/** The example, its clip counted in March, whose 10 go to the only model that made one. */
function monthFacts(): ForgedFact[] {
  const step = stepIndex({ index: 1n << 64n, remainder: 0n }, 10n, 2n);
  const month = { month: '2026-03', currency: 'EUR', amount: '10' };
  const share = {
    ...{ modelId: 'm1', clips: '1', amount: '10', works: '2' },
    ...{ indexBefore: `${step.before.index}`, indexAfter: `${step.after.index}` },
    ...{ remainderBefore: '0', remainderAfter: '0' },
  };
  const march = { subject: 'month:2026-03', time: '2026-03-31T00:00:00.000Z' };
  return [
    ...exampleFacts(),
    {
      ...{ kind: 'royalty.month-opened', ...march, payload: { ...month, fund: 'main' } },
      postings: moved('fund:main', 'escrow:royalties-2026-03', 10n),
    },
    {
      ...{ kind: 'royalty.month-shared', subject: march.subject, time: '2026-04-01T00:00:00.000Z' },
      payload: { ...month, returned: '0', models: [share] },
      postings: moved('escrow:royalties-2026-03', 'pool:m1', 10n),
    },
  ];
}
const forged = (facts: ForgedFact[]) => forgeArchive(forgeEntries(facts), { blobs: [weights, manifest] });

it('a month’s sum is what the policy set aside, and one clip’s part of it is told', async () => {
  const archive = forged(monthFacts());
  expect(await verifyArchive(archive)).toMatchObject({ ok: true });
  const told = await countedIn(bytesReader(archive), 'g1', 1n);
  expect(told).toMatchObject({ month: '2026-03', place: 1n, shared: { modelAmount: 10n, clips: 1n } });
  expect(told?.shared?.share).toEqual({ weight: 1n, whole: 5n, rest: 0n });
  expect(told && countedInWords(told)).toContain('0.10 EUR, by 1 clips of all models');
  expect(await countedIn(bytesReader(archive), 'none', 1n)).toBeNull();
  const unshared = await countedIn(bytesReader(forged(monthFacts().slice(0, -1))), 'g1', 1n);
  expect(unshared && countedInWords(unshared)).toContain('Nothing of that month was shared');
});

const lies: [string, number, (payload: Record<string, unknown>) => object, string][] = [
  ['a clip that was not made', 3, () => ({ generationId: 'g2' }), 'counts a clip that this model'],
  ['another model', 3, () => ({ modelId: 'm2' }), 'counts a clip that this model'],
  ['other works', 3, () => ({ works: '3' }), 'counts for other works'],
  ['another sum than the policy names', 2, () => ({ amount: '9' }), 'does not set aside'],
  ['another fund', 2, () => ({ fund: 'rainy-day' }), 'does not set aside'],
  ['a model that made none', 1, () => ({ models: [] }), 'leaves a model out'],
];
it.each(lies)('%s in a month is found', async (_, fromEnd, change, message) => {
  const facts = monthFacts();
  const fact = facts.at(-fromEnd) as ForgedFact;
  facts[facts.length - fromEnd] = { ...fact, payload: { ...(fact.payload as object), ...change({}) } };
  expect(await verifyArchive(forged(facts))).toMatchObject({
    ok: false,
    code: 'broken_royalty',
    message: expect.stringContaining(message),
  });
});

it('a sum that the policy does not name, moved as it says, is found too', async () => {
  const facts = monthFacts();
  const opened = facts.at(-2) as ForgedFact;
  facts[facts.length - 2] = {
    ...opened,
    payload: { ...(opened.payload as object), amount: '9' },
    postings: moved('fund:main', 'escrow:royalties-2026-03', 9n),
  };
  expect(await verifyArchive(forged(facts))).toMatchObject({
    code: 'broken_royalty',
    message: expect.stringContaining('is not what the policy sets aside for a month'),
  });
});

it('a clip counted twice is found', async () => {
  const facts = monthFacts();
  const counted = facts.at(-3) as ForgedFact;
  const again = { ...counted, payload: { ...(counted.payload as object), clips: '2' } };
  facts.splice(facts.length - 2, 0, again);
  expect(await verifyArchive(forged(facts))).toMatchObject({
    code: 'broken_royalty',
    message: expect.stringContaining('counts a clip twice'),
  });
});

it.each([
  ['whose royalty is left out', at.royalty, 'owes a royalty'],
  ['that is counted nowhere', at.counted, 'its month does not count'],
])('a clip %s is found', async (_, place, message) => {
  const facts = exampleFacts();
  facts.splice(place, 1);
  expect(await verifyArchive(forged(facts.slice(0, at.clip + 1)))).toMatchObject({ ok: true });
  facts.push({ kind: 'note.made', subject: 'note:1', payload: {}, time: '2026-04-01T00:00:00.000Z' });
  const archive = forgeArchive(forgeEntries(facts), { blobs: [weights, manifest] });
  expect(await verifyArchive(archive)).toMatchObject({
    ...{ ok: false, code: 'broken_royalty' },
    message: expect.stringContaining(message),
  });
});
