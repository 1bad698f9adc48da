import { expect, it } from 'vitest';
import { exampleFacts, manifest, weights } from './example.testing.ts';
import { bytesReader } from './source.ts';
import { royaltyIn, royaltyInWords } from './statement.ts';
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
