import fc from 'fast-check';
import { expect, test } from 'vitest';
import { genesisPolicy } from './genesis.ts';
import { patchPolicy } from './patch.ts';
import type { Policy } from './policy.ts';
import { policyHash } from './policy-hash.ts';
import { patchBetween, policyFromYaml, policyToYaml } from './policy-yaml.ts';

const genesis = await genesisPolicy();

/** Words that YAML would like to take for something else. */
const words = fc.oneof(
  fc.string({ minLength: 2, maxLength: 60 }).filter((text) => text.trim().length >= 2),
  fc.constantFrom(
    'yes',
    'no',
    'null',
    '0o17',
    '1e3',
    '2026-03-01',
    '- a',
    'a: b',
    '#c',
    '*x',
    '&y',
    'a\nb',
    '~ ~',
  ),
);
const policies = fc
  .record({
    about: words,
    names: fc.array(words, { minLength: 1, maxLength: 5 }),
    text: words,
    reviews: fc.integer({ min: 1, max: 25 }),
  })
  .map(({ about, names, text, reviews }): Policy => {
    const policy = structuredClone(genesis);
    policy.voting.kinds.open.about = about.trim();
    policy.compensation.reviewsNeeded = reviews;
    policy.safeguards = {
      'living-artists': {
        kind: 'named_living_artist',
        names: names.map((name) => name.trim()),
        unlessConsent: 'style_name_prompting',
        action: 'refuse',
        text: text.trim(),
      },
    };
    return policy;
  });

test('any policy goes to a file and back without loss', () => {
  fc.assert(
    fc.property(policies, (policy) => {
      const read = policyFromYaml(policyToYaml(policy));
      expect(read.ok && policyHash(read.policy)).toBe(policyHash(policy));
    }),
  );
});

test('the patch between two policies leads from one to the other', () => {
  fc.assert(
    fc.property(policies, policies, (from, to) => {
      const outcome = patchPolicy(from, patchBetween(from, to));
      expect(outcome.ok && policyHash(outcome.policy)).toBe(policyHash(to));
    }),
  );
});

test.each([
  ['a: 1\nb: [2\n', { code: 'yaml_invalid' }],
  ['a: 1\na: 2\n', { code: 'yaml_invalid', line: 2 }],
  [`a: &x 1\nb: *x\n`, { code: 'yaml_invalid' }],
  ['x'.repeat(1_000_001), { code: 'yaml_invalid', line: 1 }],
  ['[]', { code: 'policy_patch_invalid' }],
  ['format: uncaged-policy/2\n', { code: 'policy_patch_invalid' }],
])('what is no policy is refused and says where: %#', (text, wrong) => {
  expect(policyFromYaml(text)).toMatchObject({ ok: false, ...wrong });
});
