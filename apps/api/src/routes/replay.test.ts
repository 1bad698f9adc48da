import { closeRenderers } from '@uncaged/provenance';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStage, type Stage } from './studio.stage.ts';

const HOUR = 3_600_000;
const everybody = ['heron', 'nacht', 'iris', 'ko'] as const;
let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
  await vote([{ op: 'replace', path: '/privacy/minGroupSize', value: 3 }], 'policy');
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
const policyNow = async () => (await stage.send('GET', '/api/policy')).json;
const asks = (body: object) => stage.send('POST', '/api/replay', { as: 'ko', body });

/** Puts a patch to a vote of all four, up to the moment it is in force. */
async function vote(patch: object[], kind: string): Promise<void> {
  const { hash: against } = await policyNow();
  const words = { kind, title: 'A change', body: 'Because.', patch, against };
  const { proposal } = await post('iris', '/api/proposals', words);
  await post('iris', `/api/proposals/${proposal.id}/open`);
  let voted = false;
  for (let day = 0; day < 30; day++) {
    const { state } = (await stage.send('GET', `/api/proposals/${proposal.id}`)).json.proposal;
    if (state === 'enacted') return;
    if (state === 'voting' && !voted) {
      for (const who of everybody)
        await post(who, `/api/proposals/${proposal.id}/ballots`, { choice: 'yes' });
      voted = true;
    }
    stage.platform.clock.advance(24 * HOUR);
    await stage.tick();
  }
  throw new Error('it was never enacted');
}

const safeguard = (...names: string[]) => [
  {
    op: 'add',
    path: '/safeguards/living-artists',
    value: {
      kind: 'named_living_artist',
      names,
      unlessConsent: 'style_name_prompting',
      action: 'refuse',
      text: 'They have not said yes.',
    },
  },
];

describe('looking back before a vote', () => {
  const prompts = ['lines after Grey Tern', 'reeds at night', 'grey térn, in red'];

  it('tells what a safeguard would have refused, and the vote then refuses just that', async () => {
    for (const who of everybody)
      for (const prompt of prompts) await post(who, '/api/generations', { prompt });
    const { hash: against } = await policyNow();
    const told = await asks({ patch: safeguard('Grey Térn'), against });
    expect(told.status).toBe(200);
    expect(told.json).toMatchObject({
      floor: 3,
      looked: { clips: 12, fineTunes: 0, pieces: 0 },
      outcomes: [
        {
          about: 'clip',
          change: 'refused',
          code: 'refused_by_safeguard',
          clause: '/safeguards/living-artists',
          words: 'They have not said yes.',
          requests: 8,
        },
      ],
      payouts: [],
    });
    expect(JSON.stringify(told.json)).not.toMatch(/reeds|grey tern|heron|nacht|iris/i);
    const tight = [{ op: 'replace', path: '/studio/promptMaxCharacters', value: 15 }];
    expect((await asks({ patch: tight, against, days: 1 })).json.outcomes).toMatchObject([
      { code: 'prompt_too_long', clause: '/studio/promptMaxCharacters', requests: 8 },
    ]);

    await vote(safeguard('Grey Térn'), 'safeguard');
    const codes: string[] = [];
    for (const [at, prompt] of prompts.entries()) {
      const as = everybody[at] ?? 'ko';
      const reply = await stage.send('POST', '/api/generations', { as, body: { prompt } });
      codes.push(reply.json.code ?? 'made');
    }
    expect(codes).toEqual(['refused_by_safeguard', 'made', 'refused_by_safeguard']);
  });

  it('says nothing of what too few members asked for', async () => {
    await post('ko', '/api/generations', { prompt: 'a secret of Wren' });
    const { hash: against } = await policyNow();
    const patch = [{ op: 'add', path: '/safeguards/living-artists/names/-', value: 'Wren' }];
    expect((await asks({ patch, against })).json.outcomes).toEqual([]);
  });

  it('looks back from an older policy too, and on no day before', async () => {
    const [first] = (await stage.send('GET', '/api/policy/versions')).json.versions.toSorted(
      (a: { version: number }, b: { version: number }) => a.version - b.version,
    );
    expect((await asks({ patch: safeguard('Grey Térn'), against: first.hash })).json).toMatchObject({
      policyVersion: 1,
      outcomes: [{ requests: 10 }],
    });
    stage.platform.clock.advance(48 * HOUR);
    const late = await asks({ patch: safeguard('Grey Térn'), against: first.hash, days: 1 });
    expect(late.json).toMatchObject({ looked: { clips: 0 }, outcomes: [] });
  });

  it.each([
    [{ days: 0 }, 422, 'replay_days_out_of_range'],
    [{ days: 366 }, 422, 'replay_days_out_of_range'],
    [{ against: 'f'.repeat(64) }, 404, 'unknown_policy'],
    [{ patch: [{ op: 'remove', path: '/studio/steps' }] }, 422, 'policy_patch_invalid'],
    [
      { patch: [{ op: 'replace', path: '/voting/kinds/open/quorum/numerator', value: 1000 }] },
      422,
      'rule_never_passes',
    ],
    [{ patch: 'everything' }, 422, 'invalid_input'],
  ])('refuses %j', async (wrong, status, code) => {
    const { hash: against } = await policyNow();
    const reply = await asks({ patch: [], against, ...wrong });
    expect([reply.status, reply.json.code]).toEqual([status, code]);
    expect(reply.json.next).not.toBe('');
  });

  it('is for those who decide', async () => {
    const { hash: against } = await policyNow();
    expect((await stage.send('POST', '/api/replay', { body: { patch: [], against } })).status).toBe(401);
  });

  it('lets one look at a time, and turns away a crowd', async () => {
    const { hash: against } = await policyNow();
    const replies = await Promise.all(Array.from({ length: 14 }, () => asks({ patch: [], against })));
    const busy = replies.filter(({ status }) => status === 503);
    expect(busy.length).toBeGreaterThan(0);
    expect(busy[0]?.json).toMatchObject({ code: 'replay_busy' });
    expect(busy[0]?.headers.get('retry-after')).toBe('5');
    expect(replies.filter(({ status }) => status === 200).length).toBeGreaterThan(7);
  });
});
