import { closeRenderers } from '@uncaged/provenance';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStage, type Stage } from './studio.stage.ts';
import { bring } from './training.stage.ts';

const HOUR = 3_600_000;
let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(async () => {
  closeRenderers();
  await stage[Symbol.asyncDispose]();
});

const post = async (as: string, path: string, body?: object) => {
  const reply = await stage.send('POST', path, { as, ...(body ? { body } : {}) });
  if (reply.status >= 300) throw new Error(JSON.stringify(reply.json));
  return reply.json;
};
const safeguard = {
  kind: 'named_living_artist',
  names: ['Grey Térn'],
  unlessConsent: 'style_name_prompting',
  action: 'refuse',
  text: 'She has not said that her name may be a prompt.',
};

/** A vote of all four, from the proposal to the delay's end. */
async function enact(): Promise<string> {
  const policy = (await stage.send('GET', '/api/policy')).json;
  const { proposal } = await post('iris', '/api/proposals', {
    kind: 'safeguard',
    title: 'Ask her first',
    body: 'A name is not a brush.',
    patch: [{ op: 'add', path: '/safeguards/living-artists', value: safeguard }],
    against: policy.hash,
  });
  await post('iris', `/api/proposals/${proposal.id}/open`);
  for (const who of ['heron', 'nacht', 'iris'])
    await post(who, `/api/proposals/${proposal.id}/ballots`, { choice: 'yes' });
  await post('ko', `/api/proposals/${proposal.id}/ballots`, { choice: 'no' });
  for (const hours of [73, 25]) {
    stage.platform.clock.advance(hours * HOUR);
    await stage.tick();
  }
  return proposal.id;
}

describe('a safeguard that was voted', () => {
  it('refuses the next prompt, with the clause, the vote and a receipt, and what waits already', async () => {
    const prompt = 'plotter lines after Grey Tern';
    const before = await post('nacht', '/api/generations', { prompt });
    const workId = await bring(stage, 'nacht', 'Lines', ['fine_tune_own']);
    const wish = {
      name: 'Mine',
      styleWord: 'plottercut',
      kind: 'adapter',
      items: [{ workId, caption: prompt }],
    };
    const { fineTune } = await post('nacht', '/api/fine-tunes', wish);
    await post('nacht', `/api/fine-tunes/${fineTune.id}/start`);
    const proposalId = await enact();
    const policy = (await stage.send('GET', '/api/policy')).json;

    const key = 'press-1';
    const refused = await stage.send('POST', '/api/generations', { as: 'nacht', body: { prompt }, key });
    expect(refused.status).toBe(403);
    expect(refused.json).toMatchObject({
      code: 'refused_by_safeguard',
      enforcement: {
        clause: '/safeguards/living-artists',
        text: safeguard.text,
        policyVersion: 2,
        policyHash: policy.hash,
        proposalId,
        tally: { yes: 3, no: 1, abstain: 0, passed: true },
        receipt: { entryId: expect.any(String) },
      },
    });
    const again = await stage.send('POST', '/api/generations', { as: 'nacht', body: { prompt }, key });
    expect(again.json.receipt).toEqual(refused.json.receipt);

    const { entryId } = refused.json.enforcement;
    const { entry } = (await stage.send('GET', `/api/book/entries/${entryId}`)).json;
    expect(entry).toMatchObject({ kind: 'generation.refused', payload: { proposalId, policyVersion: 2 } });
    expect(JSON.stringify(entry)).not.toContain('plotter');

    const token = await stage.worker('the machine in the corner');
    expect(await stage.lease(token)).toBeNull();
    const waited = (await stage.send('GET', `/api/generations/${before.generation.id}`, { as: 'nacht' }))
      .json;
    expect(waited.generation).toMatchObject({
      state: 'refused',
      policyVersion: 2,
      enforcement: { proposalId },
    });

    expect(await stage.leaseTraining(token)).toBeNull();
    const taught = (await stage.send('GET', `/api/fine-tunes/${fineTune.id}`, { as: 'nacht' })).json;
    expect(taught.fineTune).toMatchObject({
      state: 'failed',
      failure: `refused_by_safeguard: /safeguards/living-artists, ${safeguard.text}`,
    });

    const free = await post('nacht', '/api/generations', { prompt: 'plotter lines after nobody' });
    const job = await stage.lease(token);
    expect(job).toMatchObject({
      generationId: free.generation.id,
      policyHash: policy.hash,
      policyVersion: 2,
    });
  });
});
