import { openingOf } from '@uncaged/book';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { due } from '../due.ts';
import {
  brokenInvariants,
  clipOf,
  day,
  drawWaiting,
  type House,
  openGoodCall,
  openHouse,
} from '../testing.ts';
import { attachmentOf, keepAttachment } from './attachments.ts';
import { contributionOf, eraseWords, type SubmissionGiven, submit } from './contributions.ts';

let house: House;
let callId: string;
beforeAll(async () => {
  house = await openHouse();
  callId = await openGoodCall(house.heron);
});
afterAll(async () => {
  expect(await brokenInvariants(house)).toEqual([]);
  await house[Symbol.asyncDispose]();
});

const read = () => house.platform.db.read;
const picture = (n: number) => new Uint8Array([82, 73, 70, 70, n]);
async function kept(as: House['iris'], n = 1): Promise<string> {
  const done = await keepAttachment(as, picture(n));
  if (!done.ok) throw new Error(done.code);
  return done.attachment.id;
}
const handIn = (as: House['iris'], attachments: string[], change: Partial<SubmissionGiven> = {}) => {
  const generation = clipOf(as);
  const about = { generationId: generation.id, generation };
  return submit(as, { callId, ...about, kind: 'bug', text: 'See the picture.', attachments, ...change });
};

it('a report brings its pictures in their order, and its entry says their hashes', async () => {
  const [one, two] = [await kept(house.iris, 1), await kept(house.iris, 2)];
  const done = await handIn(house.iris, [two, one]);
  if (!done.ok) throw new Error(done.code);
  const { attachments, entryId, id } = done.contribution;
  expect(attachments.map((each) => each.id)).toEqual([two, one]);
  const opening = (await openingOf(read(), [entryId])).get(entryId);
  expect(opening?.payload).toMatchObject({ attachments: attachments.map(({ sha256 }) => sha256) });

  await drawWaiting(house.heron);
  expect((await contributionOf(read(), house.ko, id))?.attachments).toEqual(attachments);
  expect((await attachmentOf(read(), house.ko, one))?.webp).toEqual(picture(1));
  const visitor = { ...house.ko, actor: { memberId: null, roles: [], kind: 'visitor' as const } };
  expect((await contributionOf(read(), visitor, id))?.attachments).toEqual([]);
  expect(await attachmentOf(read(), visitor, one)).toBeNull();
});

it('a picture is handed in once, by whoever sent it, and nothing is stored otherwise', async () => {
  const id = await kept(house.nacht);
  const wrong = { ok: false, code: 'attachment_unknown' };
  expect(await handIn(house.iris, [id])).toEqual(wrong);
  expect(await handIn(house.nacht, [id, id])).toEqual(wrong);
  expect(await handIn(house.nacht, ['none'])).toEqual(wrong);
  expect(await attachmentOf(read(), house.ko, id)).toBeNull();
  expect(await attachmentOf(read(), house.nacht, id)).not.toBeNull();
  expect(await handIn(house.nacht, [id])).toMatchObject({ ok: true });
  expect(await handIn(house.nacht, [id])).toEqual(wrong);
  const five = await Promise.all([1, 2, 3, 4, 5].map((n) => kept(house.nacht, n)));
  expect(await handIn(house.nacht, five)).toEqual(wrong);
  expect(await handIn(house.nacht, five.slice(1))).toMatchObject({ ok: true });
});

it('the same key hands in once; with other pictures it is another report', async () => {
  const [one, two] = [await kept(house.iris), await kept(house.iris)];
  const generation = clipOf(house.iris);
  const again = { idempotencyKey: 'pictured', generation, generationId: generation.id };
  expect(await handIn(house.iris, [one], again)).toMatchObject({ ok: true, replayed: false });
  expect(await handIn(house.iris, [one], again)).toMatchObject({ ok: true, replayed: true });
  expect(await handIn(house.iris, [two], again)).toEqual({ ok: false, code: 'idempotency_conflict' });
});

it('twelve wait at most, and for a week', async () => {
  for (let n = 0; n < 12; n++) await kept(house.salt, n);
  expect(await keepAttachment(house.salt, picture(99))).toEqual({ ok: false, code: 'too_many_attachments' });
  house.platform.clock.advance(6 * day);
  const young = await kept(house.ko);
  house.platform.clock.advance(2 * day);
  await due(house.heron);
  expect(await keepAttachment(house.salt, picture(99))).toMatchObject({ ok: true });
  expect(await attachmentOf(read(), house.ko, young)).not.toBeNull();
});

it('they go with their author’s words', async () => {
  const id = await kept(house.ko);
  const done = await handIn(house.ko, [id]);
  if (!done.ok) throw new Error(done.code);
  await house.platform.db.transaction((tx) => eraseWords(tx, house.ko.actor.memberId ?? ''));
  expect(await attachmentOf(read(), house.ko, id)).toBeNull();
  expect((await contributionOf(read(), house.ko, done.contribution.id))?.attachments).toEqual([]);
});
