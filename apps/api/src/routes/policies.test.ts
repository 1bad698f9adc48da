import { sealStanding } from '@uncaged/book';
import { inCanary } from '@uncaged/governance/rules';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, openStage, type Reply, type Stage } from './studio.stage.ts';

const HOUR = 3_600_000;
let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage[Symbol.asyncDispose]());

const get = (path: string, as?: string) => stage.send('GET', path, as === undefined ? {} : { as });
const send = (as: string, path: string, body?: object) =>
  stage.send('POST', path, { as, ...(body ? { body } : {}) });
const post = async (as: string, path: string, body?: object): Promise<Answer> => {
  const reply = await send(as, path, body);
  if (reply.status >= 300) throw new Error(JSON.stringify(reply.json));
  return reply.json;
};
const refusal = ({ json, status }: Reply) => [json.code, status];
const pass = async (hours: number) => {
  stage.platform.clock.advance(hours * HOUR);
  while ((await stage.tick()) > 0);
};
const policy = async () => (await get('/api/policy')).json;
const everybody = ['heron', 'nacht', 'iris', 'ko'];
const safeguard = {
  kind: 'named_living_artist',
  names: ['Grey Térn'],
  unlessConsent: 'style_name_prompting',
  action: 'refuse',
  text: 'She has not said that her name may be a prompt.',
};

/** A proposal of iris's that everybody says yes to, until its delay is over. */
async function passed(kind: string, patch: object[], terms: object = {}): Promise<string> {
  const { hash: against } = await policy();
  const words = { kind, title: 'A change', body: '', patch, against, terms };
  const { proposal } = await post('iris', '/api/proposals', words);
  await post('iris', `/api/proposals/${proposal.id}/open`);
  if ((await get(`/api/proposals/${proposal.id}`)).json.proposal.state === 'discussion')
    await pass(proposal.rule.discussionHours);
  for (const who of everybody) await post(who, `/api/proposals/${proposal.id}/ballots`, { choice: 'yes' });
  await pass(proposal.rule.votingHours);
  await pass(proposal.rule.delayHours);
  return proposal.id;
}
const stateOf = async (id: string) => (await get(`/api/proposals/${id}`)).json.proposal.state;
const prompt = 'plotter lines after Grey Tern';
const ask = (as = 'nacht', words = prompt) => send(as, '/api/generations', { prompt: words });

describe('a policy as a file', () => {
  it('is downloaded, changed by hand, and becomes a proposal', async () => {
    const file = await stage.raw('/api/policy/file');
    expect(file.headers.get('content-disposition')).toContain('policy-1.yaml');
    const yaml = await file.text();
    const changed = yaml.replace(/usual: \d+/, 'usual: 21');
    expect(changed).not.toBe(yaml);
    const { json } = await send('iris', '/api/policy/file', { yaml: changed });
    expect(json).toMatchObject({
      patch: [{ op: 'replace', path: '/studio/steps/usual', value: 21 }],
      against: (await policy()).hash,
      diff: [{ path: '/studio/steps/usual', after: 21 }],
    });
    expect((await send('iris', '/api/policy/file', { yaml })).json.patch).toEqual([]);
  });

  it.each([
    ['yaml_invalid', 422, 'a: [1\nb: 2'],
    ['policy_patch_invalid', 422, 'format: something else'],
  ])('%s is a %i', async (code, status, yaml) => {
    const reply = await send('iris', '/api/policy/file', { yaml });
    expect(refusal(reply)).toEqual([code, status]);
    expect(reply.json.detail).toMatch(/:/);
  });

  it('is found by the moment at which it held', async () => {
    const now = stage.platform.clock.now().toISOString();
    expect((await get(`/api/policy/at?moment=${now}`)).json.version).toBe(1);
    expect(refusal(await get('/api/policy/at?moment=2001-01-01T00:00:00Z'))).toEqual([
      'unknown_policy_version',
      404,
    ]);
    expect(refusal(await get('/api/policy/at?moment=yesterday'))).toEqual(['invalid_input', 422]);
  });
});

describe('a change on trial', () => {
  it('refuses its part of all clips with a receipt, and is taken back by what it did', async () => {
    const canary = { percent: 50, hours: 240, measure: 'refused_per_thousand', revertAbove: 300 };
    const id = await passed('safeguard', [{ op: 'add', path: '/safeguards/living', value: safeguard }], {
      canary,
    });
    expect(await stateOf(id)).toBe('canary');
    const asked: Reply[] = [];
    for (let n = 0; n < 12 || !asked.some((reply) => reply.status === 403); n++) {
      const reply = await ask();
      asked.push(reply);
      const jobId = reply.json.generationId ?? reply.json.generation?.id;
      if (reply.status !== 429) expect(reply.status === 403).toBe(inCanary(jobId, 50));
      await empty();
    }
    const refused = asked.find((reply) => reply.status === 403);
    expect(refused?.json.enforcement).toMatchObject({ clause: '/safeguards/living', proposalId: id });
    while ((await get('/api/policy/following')).json.canaries[0].endedAt === null) {
      await ask();
      await empty();
      await stage.tick();
    }
    const { canaries } = (await get('/api/policy/following')).json;
    expect(canaries).toMatchObject([{ outcome: 'reverted', proposal: { id }, percent: 50 }]);
    expect(canaries[0].measured.jobs).toBeGreaterThanOrEqual(20);
    expect(await stateOf(id)).toBe('reverted');
    expect((await ask()).status).toBe(202);
  });

  /** Delivers what waits, so that nobody meets the limit of clips at a time. */
  async function empty() {
    const token = await stage.worker('the machine in the corner');
    for (let job = await stage.lease(token); job; job = await stage.lease(token))
      await stage.deliver(token, job);
  }
});

describe('a limit', () => {
  it('names its clause and the vote that set it', async () => {
    const id = await passed('feature', [{ op: 'replace', path: '/studio/promptMaxCharacters', value: 40 }]);
    const reply = await ask('nacht', 'x'.repeat(41));
    expect(reply.json).toMatchObject({
      code: 'prompt_too_long',
      limit: { clause: '/studio/promptMaxCharacters', proposalId: id, proposalNumber: 2 },
    });
  });
});

describe('an appeal', () => {
  let generationId: string;
  beforeAll(async () => {
    await passed('safeguard', [{ op: 'add', path: '/safeguards/living', value: safeguard }]);
    generationId = (await ask()).json.generationId;
  });

  it('is made by whoever was refused, judged by a drawn panel, and lifts the refusal', async () => {
    expect(refusal(await send('ko', '/api/appeals', { generationId, reason: 'Why?' }))).toEqual([
      'nothing_refused',
      404,
    ]);
    expect(refusal(await send('nacht', '/api/appeals', { generationId, reason: ' ' }))).toEqual([
      'reason_length',
      422,
    ]);
    const reason = 'It is about plotters.';
    const { appeal } = await post('nacht', '/api/appeals', { generationId, reason });
    expect(appeal).toMatchObject({ state: 'opened', clause: '/safeguards/living', text: safeguard.text });
    expect(refusal(await send('nacht', '/api/appeals', { generationId, reason }))).toEqual([
      'already_appealed',
      409,
    ]);
    await sealStanding(stage.platform, 60_000);
    await stage.tick();
    const path = `/api/appeals/${appeal.id}`;
    const drawn = (await get(path)).json.appeal;
    expect(drawn).toMatchObject({ state: 'judging', mine: null });
    expect(drawn.panel).toHaveLength(3);
    const panel: string[] = drawn.panel.map(({ pseudonym }: Answer) => pseudonym);
    expect(panel).not.toContain('nacht');
    expect((await get(path, panel[0])).json.appeal.mine).toMatchObject({ words: prompt, reason });
    const judge = (as: string, overturn = true) =>
      send(as, `${path}/judgements`, { overturn, reason: 'A tool, not her.' });
    expect(refusal(await judge('nacht'))).toEqual(['not_on_panel', 403]);
    expect(
      refusal(await send('ko', '/api/appeals/none/judgements', { overturn: true, reason: 'x' })),
    ).toEqual(['unknown_appeal', 404]);
    for (const who of panel.slice(0, 2)) expect((await judge(who)).status).toBe(200);
    await stage.tick();
    expect(refusal(await judge(panel[2] ?? ''))).toEqual(['appeal_decided', 409]);
    const decided = (await get(path, 'nacht')).json.appeal;
    expect(decided).toMatchObject({ state: 'overturned', overturn: 2, mine: { words: null } });
    expect(decided.mine.answers).toHaveLength(2);
    // The same words of the same member, and no others.
    const allowed = await ask();
    expect(allowed.status).toBe(202);
    expect((await ask('ko')).status).toBe(403);
    expect((await ask('nacht', `${prompt} again`)).status).toBe(403);
    const seen = (await get(`/api/generations/${allowed.json.generation.id}`, 'nacht')).json;
    expect(seen.rules).toMatchObject([{ clause: '/safeguards/living', proposalNumber: 3 }]);
    const list = (await get('/api/appeals')).json.appeals;
    expect(JSON.stringify(list)).not.toContain('plotter');
  });
});

describe('a model that a vote retired', () => {
  it('is not drawn with any more, and the refusal names the vote', async () => {
    const [model] = (await get('/api/models')).json.models;
    const value = { state: 'retired', about: 'Its makers asked for it back.' };
    const id = await passed('model', [{ op: 'add', path: '/models', value: { [model.id]: value } }]);
    const reply = await ask('ko', 'a red heron');
    expect(refusal(reply)).toEqual(['model_retired', 409]);
    expect(reply.json).toMatchObject({ detail: value.about, limit: { proposalId: id } });
  });
});

describe('an emergency measure', () => {
  const patch = [{ op: 'remove', path: '/safeguards/living' }];
  const wish = async (more: object = {}) => {
    const { hash: against } = await policy();
    return { title: 'Stop it', body: '', patch, against, hours: 24, ...more };
  };

  it('needs stewards, and says what is wrong with it', async () => {
    expect(refusal(await send('ko', '/api/emergencies', await wish()))).toEqual(['not_allowed', 403]);
    const outside = [{ op: 'replace', path: '/compensation/reviewRate', value: 1 }];
    const rows: [string, number, object][] = [
      ['outside_emergency_clauses', 422, { patch: outside }],
      ['emergency_too_long', 422, { hours: 1000 }],
      ['stale_policy', 409, { against: '0'.repeat(64) }],
      ['title_length', 422, { title: '' }],
    ];
    for (const [code, status, more] of rows)
      expect(refusal(await send('heron', '/api/emergencies', await wish(more)))).toEqual([code, status]);
    expect(refusal(await send('heron', '/api/emergencies/none/sign'))).toEqual(['unknown_emergency', 404]);
  });

  it('waits for a second signature, and is shown to everybody', async () => {
    const { emergency } = await post('heron', '/api/emergencies', await wish());
    expect(emergency).toMatchObject({ state: 'signing', signersNeeded: 2, maySign: false });
    expect(refusal(await send('heron', `/api/emergencies/${emergency.id}/sign`))).toEqual([
      'already_signed',
      409,
    ]);
    const { emergencies, mayOpen } = (await get('/api/emergencies')).json;
    expect(emergencies).toMatchObject([
      { title: 'Stop it', signatures: [{ member: { pseudonym: 'heron' } }] },
    ]);
    expect(mayOpen).toBe(false);
    await pass(25);
    expect((await get(`/api/emergencies/${emergency.id}`)).json.emergency.state).toBe('lapsed');
    expect(refusal(await send('heron', `/api/emergencies/${emergency.id}/sign`))).toEqual([
      'already_signed',
      409,
    ]);
  });
});

it('the named invariants hold after all this', async () => {
  await sealStanding(stage.platform, 60_000);
  const { json } = await get('/api/book/checks');
  expect(json.checks.filter(({ ok }: { ok: boolean }) => !ok)).toEqual([]);
});
