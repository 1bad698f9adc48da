import type { GovernedContext } from '@uncaged/governance';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { giveConsent, styleNameConsents } from '../consent/consents.ts';
import { type Collective, openCollective } from '../fixtures/collective.ts';
import { drawing } from '../fixtures/drawings.ts';
import { confirmAuthor } from './confirm.ts';
import { addWork, listWorks, type NewOwnWork, pictureOf, workOf } from './works.ts';

let collective: Collective;
let iris: GovernedContext;
let ko: GovernedContext;
beforeAll(async () => {
  collective = await openCollective();
  iris = await collective.newMember('iris');
  ko = await collective.newMember('ko');
});
afterAll(() => collective.close());

const day = 86_400_000;
let counter = 0;
const wish = (more: Partial<NewOwnWork> = {}): NewOwnWork => ({
  bytes: Buffer.from(drawing({ title: `own ${counter++}` })),
  title: 'a kite of my own',
  keywords: ['kite'],
  licence: '',
  consents: [],
  ...more,
});
const add = async (ctx: GovernedContext, more: Partial<NewOwnWork> = {}) => {
  const added = await addWork(ctx, wish(more));
  if (!added.ok) throw new Error(added.code);
  return added;
};
const mayOf = async (ctx: GovernedContext, id: string) => {
  const found = await workOf(ctx, id);
  return found.ok ? Object.fromEntries(found.work.uses.map((use) => [use.use, use.because])) : {};
};

describe('a work of one’s own', () => {
  it('without any line may be used for nothing, and nobody else sees it', async () => {
    const { work } = await add(iris);
    expect(new Set(Object.values(await mayOf(iris, work.row.id)))).toEqual(new Set(['no_consent']));
    expect(await workOf(ko, work.row.id)).toEqual({ ok: false, code: 'unknown_work' });
    expect(await pictureOf(ko, work.row.id)).toEqual({ ok: false, code: 'unknown_work' });
    expect((await pictureOf(iris, work.row.id)).ok).toBe(true);
    expect((await listWorks(ko, { limit: 50 })).works.map((one) => one.id)).not.toContain(work.row.id);
    expect((await listWorks(iris, { mine: true, limit: 50 })).works.map((one) => one.id)).toContain(
      work.row.id,
    );
  });

  it('may be used as each line says and no further; a line can be taken back and lapses', async () => {
    const expiresAt = new Date(collective.ctx.clock.now().getTime() + day);
    const { work } = await add(iris, { consents: ['publish', 'train_base'], expiresAt });
    const id = work.row.id;
    expect(await mayOf(ko, id)).toMatchObject({
      publish: 'consented',
      train_base: 'consented',
      data_mining: 'no_consent',
    });
    const revoked = await giveConsent(iris, { workId: id, use: 'train_base', answer: false });
    expect(revoked.ok && revoked.entry.kind).toBe('consent.revoked');
    expect(await mayOf(ko, id)).toMatchObject({ train_base: 'revoked' });
    collective.platform.clock.advance(day + 1);
    expect(await workOf(ko, id)).toEqual({ ok: false, code: 'unknown_work' });
    expect(await mayOf(iris, id)).toMatchObject({ publish: 'expired' });
  });

  it('goes under the maker’s pseudonym unless they sign with another name', async () => {
    const own = await add(iris, { consents: ['publish'] });
    const signed = await add(iris, { consents: ['publish'], author: 'Iris Example' });
    expect(own.work.row.authorName).toBe('iris');
    expect(signed.work.row.authorName).toBe('Iris Example');
  });

  it('sent again changes nothing; the same key with another body is refused', async () => {
    const bytes = Buffer.from(drawing({ title: 'again' }));
    const first = await add(iris, { bytes, idempotencyKey: 'iris:one' });
    const replay = await add(iris, { bytes, idempotencyKey: 'iris:one' });
    expect(replay).toMatchObject({ created: false, entry: { id: first.entry?.id } });
    expect((await add(iris, { bytes })).created).toBe(false);
    expect(await addWork(iris, wish({ bytes, title: 'other', idempotencyKey: 'iris:one' }))).toEqual({
      ok: false,
      code: 'idempotency_conflict',
    });
    expect(await addWork(ko, wish({ bytes }))).toEqual({ ok: false, code: 'work_is_anothers' });
  });

  it.each([
    ['a name that names nobody', { author: 'Unknown' }, 'author_placeholder'],
    ['a consent that ended yesterday', { expiresAt: new Date(0) }, 'consent_expired'],
    ['no bytes', { bytes: new Uint8Array() }, 'file_empty'],
    ['a script', { bytes: Buffer.from(drawing({ body: '<script/>' })) }, 'svg_script'],
  ])('%s is refused', async (_name, more, code) => {
    expect(await addWork(iris, wish(more))).toMatchObject({ ok: false, code });
  });
});

describe('consent', () => {
  it('is the maker’s alone', async () => {
    const shown = (await add(iris, { consents: ['publish'] })).work.row.id;
    const hidden = (await add(iris)).work.row.id;
    const give = (workId: string) => giveConsent(ko, { workId, use: 'train_base', answer: true });
    expect(await give(shown)).toEqual({ ok: false, code: 'not_your_work' });
    expect(await give(hidden)).toEqual({ ok: false, code: 'unknown_work' });
    expect(await give('none')).toEqual({ ok: false, code: 'unknown_work' });
    const past = { workId: shown, use: 'publish' as const, answer: true, expiresAt: new Date(0) };
    expect(await giveConsent(iris, past)).toEqual({ ok: false, code: 'consent_expired' });
  });

  it('with a key is given once', async () => {
    const workId = (await add(iris)).work.row.id;
    const asked = { workId, use: 'publish' as const, answer: true, idempotencyKey: 'iris:consent' };
    const [one, two] = [await giveConsent(iris, asked), await giveConsent(iris, asked)];
    expect(one.ok && two.ok && one.consent.id === two.consent.id).toBe(true);
    expect(await giveConsent(iris, { ...asked, answer: false })).toEqual({
      ok: false,
      code: 'idempotency_conflict',
    });
  });

  it('opens a name in prompts only for the confirmed artist of that name', async () => {
    const names = async () =>
      (await styleNameConsents(collective.platform.db.read, collective.ctx.clock.now())).map(
        (line) => line.name,
      );
    const { work } = await add(ko, { author: 'Ko Example', consents: ['style_name_prompting'] });
    const id = work.row.authorId;
    expect(await names()).toEqual([]);
    expect(await confirmAuthor(ko, id)).toEqual({ ok: false, code: 'author_is_yourself' });
    expect(await confirmAuthor(collective.ctx, 'none')).toEqual({ ok: false, code: 'unknown_author' });
    expect((await confirmAuthor(collective.ctx, id)).ok).toBe(true);
    expect(await confirmAuthor(collective.ctx, id)).toEqual({ ok: false, code: 'author_confirmed_before' });
    expect(await names()).toEqual(['Ko Example']);
    await giveConsent(ko, { workId: work.row.id, use: 'style_name_prompting', answer: false });
    expect(await names()).toEqual([]);
  });
});

it('every invariant holds', async () => {
  expect(await collective.broken()).toEqual([]);
});
