import { genesisPolicy } from '@uncaged/governance';
import { evaluateSafeguards, type Policy } from '@uncaged/governance/rules';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { Changes } from './changes.ts';
import { type PastRequest, Retelling, type Standing } from './outcome.ts';

let genesis: Policy;
beforeAll(async () => {
  genesis = await genesisPolicy();
});
const refusing = (...names: string[]): Policy => ({
  ...genesis,
  safeguards: {
    artists: {
      kind: 'named_living_artist',
      names,
      unlessConsent: 'style_name_prompting',
      action: 'refuse',
      text: 'Ask first.',
    },
  },
});
const nobody: Standing = { consents: [], lifted: () => [] };
let counter = 0;
const clip = (memberId: string, prompt: string, more: Partial<PastRequest> = {}): PastRequest => {
  const at = Date.UTC(2026, 0, 1, 0, counter++);
  const raw = { prompt, seed: 1, steps: genesis.studio.steps.usual, guidance: 2, size: 256 };
  return {
    about: 'clip',
    id: `clip-${counter}`,
    memberId,
    modelId: 'm',
    at,
    endedAt: at,
    raw,
    ...more,
  } as PastRequest;
};
const told = (before: Policy, after: Policy, asked: readonly PastRequest[], floor = 3) => {
  const sides = [new Retelling(before, nobody), new Retelling(after, nobody)] as const;
  const changes = new Changes(floor);
  for (const one of asked) changes.add(one, sides[0].refusal(one), sides[1].refusal(one));
  return changes.told();
};
const members = ['a', 'b', 'c', 'd'];

describe('what would have come out differently', () => {
  it('a new safeguard refuses what names the artist, and as many as its enforcement would', () => {
    const word = fc.constantFrom('reed', 'Grey', 'Térn', 'grey tern', 'grid', 'Ko', 'koala', 'lines');
    fc.assert(
      fc.property(fc.array(fc.array(word, { minLength: 1, maxLength: 4 }), { maxLength: 40 }), (prompts) => {
        const after = refusing('Grey Térn', 'Ko');
        const asked = prompts.flatMap((words) => members.map((member) => clip(member, words.join(' '))));
        const refused = asked.filter(
          (one) =>
            one.about === 'clip' && !evaluateSafeguards(after, { prompt: one.raw.prompt, consents: [] }).ok,
        );
        const { outcomes, refusedClips } = told(genesis, after, asked);
        expect(outcomes.reduce((sum, line) => sum + line.requests, 0)).toBe(refused.length);
        expect([...refusedClips].sort()).toEqual(
          refused.map((one) => (one.about === 'clip' ? one.id : '')).sort(),
        );
        const back = told(after, genesis, asked).outcomes;
        expect(back.map(({ change, requests }) => [change, requests])).toEqual(
          outcomes.map(({ requests }) => ['allowed', requests]),
        );
      }),
      { numRuns: 60 },
    );
  });

  it('nothing, where both policies are the same', () => {
    const policy = refusing('Ko');
    const asked = members.map((member) => clip(member, 'lines after Ko'));
    expect(told(policy, policy, asked)).toEqual({ outcomes: [], refusedClips: new Set() });
  });

  it('consents and lifted clauses hold on both sides', () => {
    const asked = clip('a', 'lines after Ko');
    const consents = [{ name: 'ko', use: 'style_name_prompting' as const }];
    expect(new Retelling(refusing('Ko'), { ...nobody, consents }).refusal(asked)).toBeNull();
    const lifted: Standing['lifted'] = ({ memberId }) => (memberId === 'a' ? ['/safeguards/artists'] : []);
    expect(new Retelling(refusing('Ko'), { consents: [], lifted }).refusal(asked)).toBeNull();
    expect(new Retelling(refusing('Ko'), { consents: [], lifted }).refusal(clip('b', 'after Ko'))).toEqual({
      code: 'refused_by_safeguard',
      clause: '/safeguards/artists',
      names: ['Ko'],
    });
  });

  it('limits: words, steps, retired models, and how many may wait', () => {
    const tight = { ...genesis, studio: { ...genesis.studio, promptMaxCharacters: 10 } };
    const long = members.map((member) => clip(member, 'a very long prompt'));
    expect(told(genesis, tight, long).outcomes).toEqual([
      {
        about: 'clip',
        change: 'refused',
        code: 'prompt_too_long',
        clause: '/studio/promptMaxCharacters',
        requests: 4,
      },
    ]);
    const retired = { ...genesis, models: { m: { state: 'retired' as const, about: 'Worn.' } } };
    expect(told(genesis, retired, long).outcomes[0]).toMatchObject({
      code: 'model_retired',
      clause: '/models',
    });
    const one = { ...genesis, studio: { ...genesis.studio, outstandingPerMember: 1 } };
    const crowd = members.flatMap((member) => [0, 1, 2].map(() => clip(member, 'reeds', { endedAt: null })));
    expect(told(genesis, one, crowd).outcomes).toEqual([
      {
        about: 'clip',
        change: 'refused',
        code: 'too_many_outstanding',
        clause: '/studio/outstandingPerMember',
        requests: 8,
      },
    ]);
  });

  it('a fine-tune is held to its own limits, and its words to the safeguards', () => {
    const raw = {
      name: 'Night',
      styleWord: 'mooncut',
      kind: 'adapter' as const,
      items: [{ workId: 'w', caption: 'lines after Ko' }],
      steps: 500,
      rank: 8,
      seed: 1,
    };
    const asked = members.map((memberId): PastRequest => {
      const at = Date.UTC(2026, 0, 1);
      return {
        about: 'fine_tune',
        memberId,
        modelId: 'm',
        at,
        endedAt: null,
        raw,
        texts: ['lines after Ko'],
      };
    });
    expect(told(genesis, refusing('Ko'), asked).outcomes).toMatchObject([
      { about: 'fine_tune', requests: 4 },
    ]);
    const few = { outstandingPerMember: 2, maxWorks: 300, maxSteps: 100, maxRank: 64, maxSheetPictures: 16 };
    expect(told(genesis, { ...genesis, fineTunes: few }, asked).outcomes).toMatchObject([
      { code: 'steps_out_of_range', clause: '/fineTunes/maxSteps' },
    ]);
  });
});

describe('a patch is no way to ask who wrote a word', () => {
  it('a name that too few members wrote is not told', () => {
    const asked = [clip('a', 'after Mica'), clip('a', 'Mica again'), clip('b', 'Mica too')];
    expect(told(genesis, refusing('Mica'), asked).outcomes).toEqual([]);
    expect(told(genesis, refusing('Mica'), [...asked, clip('c', 'Mica')]).outcomes).toMatchObject([
      { requests: 4 },
    ]);
  });

  it('nor seen beside a common one, whichever stands first', () => {
    const often = members.map((member) => clip(member, 'lines after Ko'));
    const asked = [...often, clip('a', 'after Mica'), clip('b', 'Ko beside Mica')];
    const alone = told(genesis, refusing('Ko'), asked).outcomes;
    expect(alone).toMatchObject([{ requests: 5 }]);
    expect(told(genesis, refusing('Ko', 'Mica'), asked).outcomes).toEqual(alone);
    expect(told(genesis, refusing('Mica', 'Ko'), asked).outcomes).toEqual(alone);
  });
});
