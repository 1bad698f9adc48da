import { readFile } from 'node:fs/promises';
import { type Problem, workCreatedSchema, workListSchema } from '@uncaged/contract';
import { closeRenderers } from '@uncaged/provenance';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { caller, openApi, type TestApi } from '../testing.ts';

let api: TestApi;
let cookie = '';
beforeAll(async () => {
  api = await openApi();
  const founded = await caller(api).send('POST', '/api/collective', {
    name: 'Test',
    currency: 'EUR',
    founder: { pseudonym: 'heron', password: 'a password of some length' },
  });
  cookie = founded.headers.getSetCookie().at(-1)?.split(';')[0] ?? '';
});
afterAll(async () => {
  closeRenderers();
  await api.platform.close();
});

const fixture = (name: string) => readFile(new URL(`./fixtures/${name}`, import.meta.url));
const clip = await fixture('moving.mp4');
const png = await fixture('clip.png');

/** Sent as bytes: what FormData streams cannot be stopped half-way, as a real connection can. */
const upload = async (bytes: Uint8Array, name: string) => {
  const body = new FormData();
  body.set('file', new File([new Uint8Array(bytes)], name));
  body.set('title', 'a work');
  const form = new Request('http://localhost/', { method: 'POST', body });
  const headers = { cookie, 'content-type': form.headers.get('content-type') ?? '' };
  return api.app.request('/api/works', { method: 'POST', body: await form.arrayBuffer(), headers });
};
const mine = async () => {
  const response = await api.app.request('/api/works?mine=1', { headers: { cookie } });
  return workListSchema.parse(await response.json());
};

/** A file with some bytes behind a word in it replaced. */
function changed(file: Uint8Array, word: string, offset: number, by: Uint8Array): Buffer {
  const bytes = Buffer.from(file);
  bytes.set(by, bytes.indexOf(word, 0, 'latin1') + offset);
  return bytes;
}

const base64 = (text: string) => Buffer.from(text, 'base64');
const pixel = base64(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAACXBIWXMAAAPoAAAD6AG1e1JrAAAADElEQVQImWNYZWwMAAKbARGWi8UhAAAAAElFTkSuQmCC',
);
const gif = base64('R0lGODlhEAAQAIAAAExpcaozMyH5BAUAAAAALAAAAAAQABAAAAIOjI+py+0Po5y02ouzPgUAOw==');

/** One picture of 16 × 16, as often as wanted. */
function gifOf(times: number): Buffer {
  const from = gif.indexOf(Buffer.from('21f904', 'hex'));
  const frame = gif.subarray(from, -1);
  return Buffer.concat([gif.subarray(0, from), ...Array(times).fill(frame), gif.subarray(-1)]);
}

describe('what a stranger may bring', () => {
  const noise = new Uint8Array(400).fill(0xff);
  const rows: [string, string, Uint8Array, number, string][] = [
    ['one pixel', 'pixel.png', pixel, 422, 'image_too_small'],
    ['a clip of no bytes', 'clip.mp4', new Uint8Array(), 422, 'file_empty'],
    ['twenty-one mebibytes', 'clip.webm', new Uint8Array(21 * 1024 * 1024), 413, 'file_too_large'],
    ['a GIF of 10,000 pictures', 'moving.gif', gifOf(10_000), 422, 'too_many_frames'],
    ['a clip with a broken header', 'clip.mp4', changed(clip, 'moov', 4, noise), 422, 'clip_unreadable'],
    ['a clip that was cut off', 'clip.mp4', clip.subarray(0, 900), 422, 'clip_unreadable'],
    [
      'a clip of minutes',
      'clip.mp4',
      changed(clip, 'stts', 16, Uint8Array.of(0, 0, 0, 99)),
      422,
      'clip_too_long',
    ],
    ['H.265', 'clip.mp4', changed(clip, 'av01', 0, Buffer.from('hvc1')), 415, 'clip_codec'],
    ['a script called clip.mp4', 'clip.mp4', Buffer.from('#!/bin/sh'), 415, 'not_a_picture'],
  ];
  it.each(rows)('%s has a code, words and a next step', async (_what, name, bytes, status, code) => {
    const response = await upload(bytes, name);
    const said = (await response.json()) as Problem;
    expect([response.status, said.code]).toEqual([status, code]);
    expect(said.title.length * said.detail.length * said.next.length).toBeGreaterThan(0);
    expect((await mine()).total).toBe(0);
  });

  it('a codec is called by its name', async () => {
    const said = (await (
      await upload(changed(clip, 'av01', 0, Buffer.from('hvc1')), 'a.mp4')
    ).json()) as Problem;
    expect(said.detail).toContain('H.265');
    expect(said.next).toContain('VP9');
  });
});

describe('after all of that', () => {
  it('a clip is taken, moves on its page, and is its maker’s alone', async () => {
    const response = await upload(clip, 'clip.mp4');
    expect(response.status).toBe(201);
    const { work } = workCreatedSchema.parse(await response.json());
    expect(work).toMatchObject({ mediaType: 'video/mp4', width: 64, height: 64 });
    expect(work.frames).toBeGreaterThan(1);
    const picture = await api.app.request(work.image ?? '', { headers: { cookie } });
    expect(picture.headers.get('content-type')).toBe('image/webp');
    expect(Buffer.from(await picture.arrayBuffer()).includes('ANMF')).toBe(true);
    expect(await caller(api).refused('GET', work.image ?? '')).toEqual([404, 'unknown_work']);
    expect((await mine()).works).toMatchObject([{ id: work.id, frames: work.frames }]);
  });

  it.each([
    ['of another kind', 'picture.mp4'],
    ['that climbs', '../../etc/passwd.png'],
  ])('a name %s is only a name, and kept nowhere', async (_what, name) => {
    const response = await upload(png, name);
    expect(response.ok).toBe(true);
    const text = await response.text();
    expect(workCreatedSchema.parse(JSON.parse(text)).work.mediaType).toBe('image/png');
    expect(text).not.toContain(name.split('/').at(-1));
  });
});
