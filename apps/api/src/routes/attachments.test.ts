import { sealStanding } from '@uncaged/book';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openStage, type Stage } from './studio.stage.ts';

let stage: Stage;
let callId: string;
let model: string;
beforeAll(async () => {
  stage = await openStage();
  model = (await stage.send('GET', '/api/models')).json.models[0].id;
  const deadline = new Date(stage.platform.clock.now().getTime() + 10 * 86_400_000).toISOString();
  const terms = { title: 'Break it', brief: 'Where?', rates: [{ kind: 'bug', amount: '3000' }] };
  const body = { ...terms, budget: '30000', currency: 'EUR', deadline };
  callId = (await stage.send('POST', '/api/calls', { as: 'heron', body })).json.call.id;
});
afterAll(() => stage[Symbol.asyncDispose]());

const svg = new TextEncoder().encode(
  '<svg xmlns="http://www.w3.org/2000/svg" width="900" height="300"><title>At home</title><rect width="900" height="300" fill="#c02020"/></svg>',
);
function send(bytes: Uint8Array, as = 'iris', name = 'screen.svg') {
  const form = new FormData();
  form.set('file', new File([bytes as Uint8Array<ArrayBuffer>], name));
  return stage.raw('/api/attachments', { method: 'POST', as, body: form });
}

it('a picture is drawn anew; only who reads the report sees it', async () => {
  const sent = await send(svg);
  expect(sent.status).toBe(201);
  const { attachment } = (await sent.json()) as { attachment: { id: string; sha256: string } };
  const body = { callId, kind: 'bug', text: 'As in the picture.', modelId: model };
  const report = { ...body, attachments: [attachment.id] };
  const { json } = await stage.send('POST', '/api/contributions', { as: 'iris', body: report });
  expect(json.contribution.attachments).toEqual([attachment]);
  await sealStanding(stage.platform, 60_000);
  await stage.tick();

  const path = `/api/attachments/${attachment.id}`;
  const shown = await stage.raw(path, { as: 'heron' });
  expect(shown.headers.get('content-type')).toBe('image/webp');
  expect(shown.headers.get('cache-control')).toBe('private, no-store');
  const bytes = new Uint8Array(await shown.arrayBuffer());
  expect(new TextDecoder('latin1').decode(bytes)).toMatch(/^RIFF[\s\S]{4}WEBP/);
  expect(new TextDecoder('latin1').decode(bytes)).not.toContain('At home');
  expect((await stage.send('GET', path)).status).toBe(401);
  const piece = await stage.send('GET', `/api/contributions/${json.contribution.id}`);
  expect(piece.json.contribution.attachments).toEqual([]);
});

it('what is no picture, too large, or not theirs is refused with a code', async () => {
  const code = async (reply: Response) => [reply.status, ((await reply.json()) as { code: string }).code];
  expect(await code(await send(new TextEncoder().encode('no picture'), 'iris', 'a.png'))).toEqual([
    415,
    'not_a_picture',
  ]);
  expect(await code(await send(new Uint8Array(0)))).toEqual([422, 'file_empty']);
  const large = { 'content-type': 'multipart/form-data; boundary=x', 'content-length': '22000000' };
  const sent = stage.raw('/api/attachments', { method: 'POST', as: 'iris', headers: large, body: '--x' });
  expect(await code(await sent)).toEqual([413, 'file_too_large']);
  const form = new FormData();
  form.set('file', 'words');
  const wordsOnly = await stage.raw('/api/attachments', { method: 'POST', as: 'iris', body: form });
  expect(await code(wordsOnly)).toEqual([422, 'invalid_input']);
  const body = { callId, kind: 'bug', text: 'x', modelId: model, attachments: ['none'] };
  expect(await stage.send('POST', '/api/contributions', { as: 'iris', body })).toMatchObject({
    ...{ status: 422, json: { code: 'attachment_unknown' } },
  });
  expect(await stage.send('GET', '/api/attachments/none', { as: 'iris' })).toMatchObject({
    ...{ status: 404, json: { code: 'unknown_attachment' } },
  });
});
