import fc from 'fast-check';
import type { Operation } from 'rfc6902';
import { describe, expect, it } from 'vitest';
import { genesisPolicy } from './genesis.ts';
import { clauseOrigins, originOf } from './origins.ts';
import {
  changesPolicy,
  diffPolicies,
  type PolicyPatch,
  patchForKind,
  patchOnto,
  patchPolicy,
  pathInWords,
  pathsTouch,
  rebasedPatch,
} from './patch.ts';
import { type Policy, proposalKinds, type Safeguard } from './policy.ts';
import { policyHash } from './policy-hash.ts';

const genesis = await genesisPolicy();
const safeguard: Safeguard = {
  kind: 'named_living_artist',
  names: ['Iris Nacht'],
  unlessConsent: 'style_name_prompting',
  action: 'refuse',
  text: 'Not without a yes.',
};
const protect: PolicyPatch = [{ op: 'add', path: '/safeguards/living-artists', value: safeguard }];
const payMore: PolicyPatch = [{ op: 'replace', path: '/compensation/reviewRate', value: 700 }];

/** The policy a patch leads to; the test falls when there is none. */
function patched(policy: Policy, patch: PolicyPatch): Policy {
  const outcome = patchPolicy(policy, patch);
  if (!outcome.ok) throw new Error(`${outcome.field} ${outcome.reason}`);
  return outcome.policy;
}

describe('a patch', () => {
  it('changes a copy and nothing else', () => {
    const before = structuredClone(genesis);
    const after = patched(genesis, protect);
    expect(genesis).toEqual(before);
    expect(after.safeguards).toEqual({ 'living-artists': safeguard });
    expect(policyHash(after)).not.toBe(policyHash(genesis));
  });

  const rows: [string, Operation[], string][] = [
    ['into the void', [{ op: 'replace', path: '/weather/rain', value: 1 }], '/weather/rain'],
    ['removing what is not there', [{ op: 'remove', path: '/safeguards/x' }], '/safeguards/x'],
    [
      'at an index past the end',
      [{ op: 'add', path: '/roles/member/may/99', value: 'vote' }],
      '/roles/member/may/99',
    ],
    [
      'with a test that fails',
      [{ op: 'test', path: '/studio/fairWindowHours', value: 1 }],
      '/studio/fairWindowHours',
    ],
    ['with a broken pointer', [{ op: 'add', path: 'safeguards', value: {} }], 'safeguards'],
    ['with a broken escape', [{ op: 'add', path: '/safeguards/~2', value: {} }], '/safeguards/~2'],
    ['at a prototype', [{ op: 'add', path: '/__proto__/admin', value: true }], '/__proto__/admin'],
    ['from a constructor', [{ op: 'copy', from: '/constructor', path: '/studio/x' }], '/constructor'],
    [
      'of the wrong type',
      [{ op: 'replace', path: '/compensation/reviewsNeeded', value: 'two' }],
      '/compensation/reviewsNeeded',
    ],
    ['of an unknown field', [{ op: 'add', path: '/studio/logo', value: 'x' }], '/studio/logo'],
    [
      'of half a coin',
      [{ op: 'replace', path: '/compensation/rates/bug', value: 0.5 }],
      '/compensation/rates/bug',
    ],
    [
      'of the whole document by nothing',
      [{ op: 'replace', path: '/roles', value: {} }],
      '/membership/founderRoles',
    ],
    ['that locks everybody out', [{ op: 'remove', path: '/roles/member/may/2' }], '/roles'],
  ];
  it.each(rows)('%s is refused and names the field', (_, patch, field) => {
    expect(patchPolicy(genesis, patch)).toMatchObject({ ok: false, code: 'policy_patch_invalid', field });
  });
});

describe('a patch for a kind of proposal', () => {
  const rows: [string, Parameters<typeof patchForKind>[0], PolicyPatch, string][] = [
    ['a safeguard that pays more', 'safeguard', payMore, 'patch_outside_kind'],
    [
      'a safeguard that makes itself easier',
      'safeguard',
      [{ op: 'replace', path: '/voting/kinds/safeguard/votingHours', value: 1 }],
      'patch_outside_kind',
    ],
    ['a safeguard and something more', 'safeguard', [...protect, ...payMore], 'patch_outside_kind'],
    [
      'a patch without a change',
      'policy',
      [{ op: 'replace', path: '/compensation/reviewRate', value: genesis.compensation.reviewRate }],
      'patch_changes_nothing',
    ],
    ['no patch at all', 'policy', [], 'patch_changes_nothing'],
    ['a question with a patch', 'open', payMore, 'open_question_has_patch'],
    ['a broken patch', 'policy', [{ op: 'remove', path: '/x' }], 'policy_patch_invalid'],
  ];
  it.each(rows)('%s', (_, kind, patch, code) => {
    expect(patchForKind(kind, genesis, patch)).toMatchObject({ ok: false, code });
  });
  it.each<[Parameters<typeof patchForKind>[0], PolicyPatch]>([
    ['feature', [{ op: 'replace', path: '/studio/steps/max', value: 100 }]],
    ['feature', [{ op: 'add', path: '/features', value: { loops: { about: 'x', on: true } } }]],
    ['rate_card', payMore],
    ['call', [{ op: 'add', path: '/grants', value: { night: { about: 'x', fund: 'main', amount: 500 } } }]],
    ['model', [{ op: 'add', path: '/models', value: { m1: { state: 'retired', about: 'x' } } }]],
    ['dataset', [{ op: 'add', path: '/datasets/acceptedDedications/-', value: 'A' }]],
    ['membership', [{ op: 'replace', path: '/membership/invitationDays', value: 7 }]],
    ['membership', [{ op: 'add', path: '/roles/printer', value: { about: 'x', may: [] } }]],
    ['charter', [{ op: 'replace', path: '/charter', value: 'We are for this.' }]],
  ])('%s may change its own part, and no other kind but a change of policy may', (kind, patch) => {
    expect(patchForKind(kind, genesis, patch)).toMatchObject({ ok: true });
    const others = proposalKinds.filter((other) => other !== kind && other !== 'policy');
    for (const other of others) expect(patchForKind(other, genesis, patch).ok, other).toBe(false);
  });
  it('changes policy, but for a question, an election, and the vote on an emergency', () => {
    expect(proposalKinds.filter((kind) => !changesPolicy(kind))).toEqual(['open', 'election', 'emergency']);
  });
  it('that fits shows its diff', () => {
    expect(patchForKind('safeguard', genesis, protect)).toMatchObject({
      ok: true,
      diff: [{ path: '/safeguards/living-artists', words: 'safeguards: living-artists', after: safeguard }],
    });
    expect(patchForKind('open', genesis, [])).toMatchObject({ ok: true, diff: [] });
  });
});

describe('a diff', () => {
  it('names what was, what is, and where, in words', () => {
    expect(diffPolicies(genesis, patched(genesis, payMore))).toEqual([
      { path: '/compensation/reviewRate', words: 'compensation: review rate', before: 500, after: 700 },
    ]);
    const gone = diffPolicies(patched(genesis, protect), genesis);
    expect(gone).toEqual([
      { path: '/safeguards/living-artists', words: 'safeguards: living-artists', before: safeguard },
    ]);
  });
  it('has no line where nothing changed', () => {
    expect(diffPolicies(genesis, structuredClone(genesis))).toEqual([]);
  });
  it('reads escaped names', () => {
    expect(pathInWords('/a~1b/fairWindowHours')).toBe('a/b: fair window hours');
  });
});

describe('two patches written against one policy', () => {
  const payLess: PolicyPatch = [{ op: 'replace', path: '/compensation/reviewRate', value: 100 }];
  const rows: [string, PolicyPatch, PolicyPatch, string[] | null][] = [
    ['of different clauses', protect, payMore, null],
    ['adding two safeguards', protect, [{ op: 'add', path: '/safeguards/other', value: safeguard }], null],
    ['of one clause', payMore, payLess, ['/compensation/reviewRate']],
    ['of one clause, the same way', payMore, payMore, ['/compensation/reviewRate']],
    [
      'adding one safeguard twice',
      protect,
      [{ op: 'add', path: '/safeguards/living-artists', value: { ...safeguard, names: ['Ko'] } }],
      ['/safeguards/living-artists'],
    ],
    [
      'adding to one list',
      [{ op: 'add', path: '/datasets/acceptedDedications/-', value: 'A' }],
      [{ op: 'add', path: '/datasets/acceptedDedications/-', value: 'B' }],
      ['/datasets/acceptedDedications'],
    ],
    [
      'of which one copies what the other changed',
      payMore,
      [{ op: 'copy', from: '/compensation/reviewRate', path: '/compensation/rates/bug' }],
      ['/compensation/rates/bug'],
    ],
    [
      'of which one insists on what the other changed',
      payMore,
      [
        { op: 'test', path: '/compensation/reviewRate', value: 500 },
        { op: 'replace', path: '/studio/fairWindowHours', value: 5 },
      ],
      ['/compensation/reviewRate'],
    ],
    [
      'that are each fine and together none',
      [{ op: 'replace', path: '/studio/steps/usual', value: 150 }],
      [{ op: 'replace', path: '/studio/steps/max', value: 100 }],
      ['/studio/steps'],
    ],
  ];
  it.each(rows)('%s', (_, first, second, clash) => {
    const inForce = patched(genesis, first);
    const standing = patchOnto(genesis, inForce, second);
    if (clash) expect(standing).toEqual({ ok: false, code: 'clash', paths: clash });
    else expect(standing).toMatchObject({ ok: true });
  });

  /** Changes that touch one clause each; those of different clauses never clash. */
  const change = fc.oneof(
    fc
      .constantFrom('a', 'b', 'c')
      .map((id): Operation => ({ op: 'add', path: `/safeguards/${id}`, value: safeguard })),
    fc
      .tuple(fc.constantFrom('bug', 'critique', 'experiment'), fc.integer({ min: 0, max: 9 }))
      .map(([kind, value]): Operation => ({ op: 'replace', path: `/compensation/rates/${kind}`, value })),
    fc
      .integer({ min: 1, max: 5 })
      .map((value): Operation => ({ op: 'replace', path: '/studio/fairWindowHours', value })),
    fc.constantFrom<Operation>(
      { op: 'remove', path: '/roles/steward/may/0' },
      { op: 'replace', path: '/privacy/minGroupSize', value: 9 },
    ),
  );
  const disjoint = fc
    .uniqueArray(change, { selector: (operation) => operation.path, minLength: 1, maxLength: 6 })
    .chain((patches) =>
      fc.tuple(fc.constant(patches), fc.shuffledSubarray(patches, { minLength: patches.length })),
    );

  /** Enacts patches one after the other, all written against genesis. */
  function enactAll(patches: readonly Operation[]): Policy {
    return patches.reduce((policy, patch) => {
      const standing = patchOnto(genesis, policy, [patch]);
      if (!standing.ok) throw new Error(`clash at ${standing.paths}`);
      return standing.policy;
    }, genesis);
  }

  it('give the same policy in any order, unless they clash', () => {
    fc.assert(
      fc.property(disjoint, ([one, other]) => {
        expect(policyHash(enactAll(one))).toBe(policyHash(enactAll(other)));
      }),
    );
  });
  /** Patches of several steps, on clauses of which some hold others or lists, so that many clash and some break the policy. */
  const step: fc.Arbitrary<Operation> = fc.oneof(
    change,
    fc
      .integer({ min: 1, max: 200 })
      .chain((value) =>
        fc.constantFrom<Operation>(
          { op: 'replace', path: '/studio/steps/min', value },
          { op: 'replace', path: '/studio/steps/max', value },
          { op: 'copy', from: '/compensation/reviewRate', path: '/compensation/rates/red-team' },
          { op: 'replace', path: '/compensation/reviewRate', value },
          { op: 'add', path: '/grants', value: { night: { about: 'x', fund: 'main', amount: value } } },
          { op: 'add', path: '/datasets/acceptedDedications/-', value: `A-${value}` },
          { op: 'replace', path: '/charter', value: `We are ${value}.` },
          { op: 'remove', path: '/appeals' },
          { op: 'replace', path: '/voting/kinds/open/votingHours', value },
        ),
      ),
  );
  const several = fc
    .array(fc.array(step, { minLength: 1, maxLength: 3 }), { minLength: 2, maxLength: 5 })
    .chain((patches) =>
      fc.tuple(fc.constant(patches), fc.shuffledSubarray(patches, { minLength: patches.length })),
    );
  /** What enacting these in this order leads to; null where one of them clashes on the way. */
  const led = (patches: readonly PolicyPatch[]) =>
    patches.reduce<Policy | null>((policy, patch) => {
      const standing = policy && patchOnto(genesis, policy, patch);
      return standing?.ok ? standing.policy : null;
    }, genesis);

  it('of several steps that stand in two orders give one policy, with every clause as it was voted', () => {
    fc.assert(
      fc.property(several, ([one, other]) => {
        const [first, second] = [led(one), led(other)];
        fc.pre(first !== null && second !== null);
        expect(policyHash(first as Policy)).toBe(policyHash(second as Policy));
        const voted = one.flatMap((patch) => diffPolicies(genesis, patched(genesis, patch)));
        const made = diffPolicies(genesis, first as Policy);
        expect(new Set(made.map((line) => line.path))).toEqual(new Set(voted.map((line) => line.path)));
        expect(made).toEqual(expect.arrayContaining(voted));
      }),
    );
  });

  it('that clash are put over the policy in force in their own words', () => {
    const own = (policy: Policy, patch: PolicyPatch) => {
      const over = rebasedPatch(genesis, policy, patch);
      return over && diffPolicies(policy, patched(policy, over));
    };
    const less = patched(genesis, payLess);
    expect(own(less, payMore)).toEqual([
      { path: '/compensation/reviewRate', words: 'compensation: review rate', before: 100, after: 700 },
    ]);
    expect(own(patched(genesis, payMore), payMore)).toBeNull();
    const [add] = protect;
    const other = [{ ...add, value: { ...safeguard, names: ['Ko'] } }] as PolicyPatch;
    expect(own(patched(genesis, other), protect)).toMatchObject([
      { path: '/safeguards/living-artists/names', before: ['Ko'], after: ['Iris Nacht'] },
    ]);
    const gone = patched(genesis, [{ op: 'remove', path: '/roles/steward/may/0' }]);
    const none = patched(gone, [{ op: 'replace', path: '/roles/steward/may', value: [] }]);
    expect(own(none, [{ op: 'remove', path: '/roles/steward/may/0' }])).toMatchObject([
      { path: '/roles/steward/may' },
    ]);
    const maxLess = patched(genesis, [{ op: 'replace', path: '/studio/steps/max', value: 100 }]);
    expect(own(maxLess, [{ op: 'replace', path: '/studio/steps/usual', value: 150 }])).toBeNull();
  });
  it('clash in either order or in none', () => {
    fc.assert(
      fc.property(change, change, (one, other) => {
        const onto = (first: Operation, second: Operation) =>
          patchOnto(genesis, patched(genesis, [first]), [second]).ok;
        fc.pre(diffPolicies(genesis, patched(genesis, [one])).length > 0);
        fc.pre(diffPolicies(genesis, patched(genesis, [other])).length > 0);
        expect(onto(one, other)).toBe(onto(other, one));
      }),
    );
  });
});

describe('where a clause comes from', () => {
  const at = new Date('2026-01-01T00:00:00.000Z');
  const two = patched(genesis, protect);
  const three = patched(two, [{ op: 'add', path: '/safeguards/living-artists/names/-', value: 'Ko' }]);
  const four = patched(three, [...payMore]);
  const five = patched(four, [{ op: 'remove', path: '/safeguards/living-artists' }]);
  const step = (document: Policy, i: number) => ({
    version: i + 1,
    document,
    at,
    proposal: i === 0 ? null : `p${i + 1}`,
  });
  const history = [genesis, two, three, four].map(step);
  const rows: [string, string, number][] = [
    ['a clause nobody touched', '/privacy/minGroupSize', 1],
    ['a changed number', '/compensation/reviewRate', 4],
    ['the part that holds it', '/compensation', 4],
    ['its neighbour', '/compensation/reviewsNeeded', 1],
    ['a clause changed inside since', '/safeguards/living-artists', 3],
    ['the words of a clause changed elsewhere', '/safeguards/living-artists/text', 2],
  ];
  it.each(rows)('%s', (_, path, version) => {
    expect(originOf(history, path)).toMatchObject({
      version,
      proposal: version === 1 ? null : `p${version}`,
    });
  });
  it('is nowhere once it is removed', () => {
    const paths = clauseOrigins([...history, step(five, 4)]).map((origin) => origin.path);
    expect(paths.filter((path) => pathsTouch(path, '/safeguards/living-artists'))).toEqual(['/safeguards']);
  });
  it('is known for no clause without a history', () => {
    expect(originOf([], '/studio')).toBeNull();
    expect(clauseOrigins([])).toEqual([]);
  });
});
