import { describe, expect, it } from 'vitest';
import { genesisPolicy } from './genesis.ts';
import {
  actsOf,
  checkPolicy,
  fineTuneRules,
  mayDo,
  type Policy,
  proposalKinds,
  recusesDeclared,
  voteRuleOf,
} from './policy.ts';
import { policyHash } from './policy-hash.ts';

const genesis = await genesisPolicy();

/** A copy of the genesis policy with one thing put out of order. */
function broken(change: (policy: Policy) => void): unknown {
  const copy = structuredClone(genesis);
  change(copy);
  return copy;
}

describe('the genesis policy', () => {
  it('is a policy, with one hash', () => {
    expect(checkPolicy(genesis)).toEqual({ ok: true, policy: genesis });
    expect(policyHash(genesis)).toMatch(/^[0-9a-f]{64}$/);
  });

  it('has the same hash whatever the order of its fields', () => {
    const turned = Object.fromEntries(Object.entries(genesis).reverse());
    expect(policyHash(turned)).toBe(policyHash(genesis));
  });

  it('says what may be taught; one that is older than that keeps its hash, and what is usual holds', () => {
    expect(fineTuneRules(genesis)).toEqual(genesis.fineTunes);
    const { fineTunes: _, ...older } = genesis;
    expect(checkPolicy(older)).toEqual({ ok: true, policy: older });
    expect(fineTuneRules(older).maxWorks).toBeGreaterThan(0);
    expect(policyHash(older)).not.toBe(policyHash(genesis));
  });

  it('has a rule for each kind of proposal; one that is older than some kinds keeps its hash', () => {
    for (const kind of proposalKinds) expect(voteRuleOf(genesis, kind), kind).not.toBeNull();
    const { safeguard, policy, open } = genesis.voting.kinds;
    const { grants: _, charter: __, appeals: ___, emergencies: ____, ...rest } = genesis;
    const older = { ...rest, voting: { ...genesis.voting, kinds: { safeguard, policy, open } } };
    expect(checkPolicy(older)).toEqual({ ok: true, policy: older });
    expect(voteRuleOf(older, 'election')).toBeNull();
  });

  it('takes the vote of whoever declared an interest where the kind or the whole policy says so', () => {
    expect([recusesDeclared(genesis, 'call'), recusesDeclared(genesis, 'safeguard')]).toEqual([true, false]);
    const all = { ...genesis, interests: { recusal: 'declared_on_proposal' as const } };
    expect(recusesDeclared(all, 'safeguard')).toBe(true);
  });

  it('starts without a safeguard and lets every member propose, vote and invite', () => {
    expect(genesis.safeguards).toEqual({});
    expect(actsOf(genesis, genesis.membership.memberRoles)).toEqual(
      expect.arrayContaining(['propose', 'vote', 'invite_member']),
    );
  });

  it('keeps money chores to stewards, and gives unknown roles nothing', () => {
    expect(mayDo(genesis, ['member'], 'open_call')).toBe(false);
    expect(mayDo(genesis, ['member', 'steward'], 'open_call')).toBe(true);
    expect(actsOf(genesis, ['emperor'])).toEqual([]);
  });
});

describe('a document that is no policy', () => {
  const rows: [string, (policy: Policy) => void, string][] = [
    ['an unknown field', (p) => Object.assign(p.studio, { sponsor: 'x' }), '/studio/sponsor'],
    ['a missing part', (p) => Reflect.deleteProperty(p, 'privacy'), '/privacy'],
    [
      'a fraction of a coin',
      (p) => {
        p.compensation.reviewRate = 0.5;
      },
      '/compensation/reviewRate',
    ],
    [
      'less than nothing',
      (p) => {
        p.compensation.rates.bug = -1;
      },
      '/compensation/rates/bug',
    ],
    [
      'no reviewer',
      (p) => {
        p.compensation.reviewsNeeded = 0;
      },
      '/compensation/reviewsNeeded',
    ],
    [
      'a royalty for nobody',
      (p) => {
        p.compensation.royalty.split = { works: 0, fund: 0 };
      },
      '/compensation/royalty/split',
    ],
    [
      'division by nothing',
      (p) => {
        p.voting.kinds.safeguard.threshold.denominator = 0;
      },
      '/voting/kinds/safeguard/threshold/denominator',
    ],
    [
      'a vote of no length',
      (p) => {
        p.voting.kinds.open.votingHours = 0;
      },
      '/voting/kinds/open/votingHours',
    ],
    [
      'steps out of order',
      (p) => {
        p.studio.steps = { min: 9, max: 3, usual: 5 };
      },
      '/studio/steps',
    ],
    [
      'voters of no known role',
      (p) => {
        p.voting.eligibleRoles = ['member', 'crowd'];
      },
      '/voting/eligibleRoles',
    ],
    [
      'voting taken from members',
      (p) => {
        p.voting.eligibleRoles = ['steward'];
      },
      '/voting/eligibleRoles',
    ],
    [
      'a member who may not vote',
      (p) => {
        p.roles.member = { about: 'x', may: ['propose', 'invite_member'] };
      },
      '/roles',
    ],
    [
      'a role name in capitals',
      (p) => {
        p.roles.Boss = { about: 'x', may: [] };
      },
      '/roles/Boss',
    ],
    [
      'an election by yes and no',
      (p) => {
        if (p.voting.kinds.election) p.voting.kinds.election.method = 'yes_no';
      },
      '/voting/kinds/election/method',
    ],
    [
      'a safeguard by single transferable vote',
      (p) => {
        p.voting.kinds.safeguard.method = 'stv';
      },
      '/voting/kinds/safeguard/method',
    ],
    [
      'a majority of those who hold no role',
      (p) => {
        p.voting.kinds.open.affected = { roles: ['crowd'], threshold: p.voting.kinds.open.threshold };
      },
      '/voting/kinds/open/affected',
    ],
    [
      'an emergency that outlasts its vote',
      (p) => {
        if (p.emergencies) p.emergencies.maxHours = 1;
      },
      '/emergencies/ratifyHours',
    ],
    [
      'an emergency for one hand',
      (p) => {
        if (p.emergencies) p.emergencies.signers = 1;
      },
      '/emergencies/signers',
    ],
    [
      'a model in a state of its own',
      (p) => {
        p.models = { m1: { state: 'asleep' as 'retired', about: 'x' } };
      },
      '/models/m1/state',
    ],
    [
      'an act nobody knows',
      (p) => {
        p.roles.member?.may.push('censor' as 'vote');
      },
      '/roles/member/may/9',
    ],
    [
      'a safeguard without words',
      (p) => {
        p.safeguards.x = {
          kind: 'named_living_artist',
          names: ['Iris Nacht'],
          unlessConsent: 'style_name_prompting',
          action: 'refuse',
          text: '',
        };
      },
      '/safeguards/x/text',
    ],
    [
      'a safeguard of an unknown kind',
      (p) => {
        p.safeguards.x = { kind: 'mood' } as never;
      },
      '/safeguards/x/kind',
    ],
  ];
  const neverPassing: [string, (policy: Policy) => void, string][] = [
    [
      'a quorum over all',
      (p) => {
        p.voting.kinds.open.quorum.numerator = 2;
        p.voting.kinds.open.quorum.denominator = 1;
      },
      '/voting/kinds/open/quorum',
    ],
    [
      'more than everybody',
      (p) => {
        p.voting.kinds.policy.quorum = {
          numerator: 1,
          denominator: 1,
          of: 'eligible',
          strict: true,
          atLeast: 0,
        };
      },
      '/voting/kinds/policy/quorum',
    ],
    [
      'more yes than ballots',
      (p) => {
        p.voting.kinds.safeguard.threshold = { numerator: 1, denominator: 1, of: 'cast', strict: true };
      },
      '/voting/kinds/safeguard/threshold',
    ],
  ];
  it.each(rows)('%s', (_, change, field) => {
    expect(checkPolicy(broken(change))).toMatchObject({ ok: false, code: 'policy_patch_invalid', field });
  });

  it.each(neverPassing)('with a rule that never passes: %s', (_, change, field) => {
    expect(checkPolicy(broken(change))).toMatchObject({ ok: false, code: 'rule_never_passes', field });
  });
});
