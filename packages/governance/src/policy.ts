/**
 * Everything a vote may change, as one typed document. Integers only: a policy is hashed, and two machines
 * must never disagree about a fraction. Collections are keyed by name, never by place, so that a clause has
 * one address (a JSON Pointer such as `/safeguards/living-artists`) for as long as it stands.
 */
import { z } from 'zod';
import { voteMethods } from './methods/types.ts';

/** What a role can be allowed to do. The api asks for these by name; what no role holds, nobody may. */
export const acts = [
  'invite_member',
  'propose',
  'vote',
  'generate',
  'publish',
  'contribute',
  'review',
  'add_work',
  'give_consent',
  'open_call',
  'deposit_funds',
  'add_worker',
  'import_works',
  'sign_emergency',
] as const;
export type Act = (typeof acts)[number];

const slug = z
  .string()
  .regex(/^[a-z][a-z0-9_-]{0,62}$/, 'must be a short name in lower case, as living-artists');
const sentence = z.string().trim().min(1).max(1000);
const count = (min: number, max: number) => z.int().min(min).max(max);

const roleSchema = z.strictObject({ about: sentence, may: z.array(z.enum(acts)) });

const membershipSchema = z.strictObject({
  founderRoles: z.array(slug).min(1),
  memberRoles: z.array(slug).min(1),
  invitationDays: count(1, 365),
  pseudonym: z
    .strictObject({ minCharacters: count(1, 40), maxCharacters: count(1, 80) })
    .refine((rule) => rule.minCharacters <= rule.maxCharacters, {
      message: 'the shortest is longer than the longest',
    }),
  passwordMinCharacters: count(8, 128),
});

const quorumSchema = z
  .strictObject({
    numerator: count(0, 1000),
    denominator: count(1, 1000),
    /** eligible members as they stood when the vote opened */
    of: z.literal('eligible'),
    /** true: more than the fraction; false: at least the fraction */
    strict: z.boolean(),
    /** ballots needed whatever the fraction says */
    atLeast: count(0, 100_000),
  })
  .refine(
    (rule) => rule.numerator < rule.denominator || (rule.numerator === rule.denominator && !rule.strict),
    { message: 'no vote could ever reach this quorum', params: { neverPasses: true } },
  );

const thresholdSchema = z
  .strictObject({
    numerator: count(0, 1000),
    denominator: count(1, 1000),
    of: z.enum(['yes_and_no', 'cast', 'eligible']),
    strict: z.boolean(),
  })
  .refine(
    (rule) => rule.numerator < rule.denominator || (rule.numerator === rule.denominator && !rule.strict),
    { message: 'no vote could ever pass this threshold', params: { neverPasses: true } },
  );

/** The methods that count ballots on several options. */
export const optionMethods = voteMethods.filter((method) => method !== 'yes_no');

/** How a vote among several options is counted: amendments of one proposal, answers to a question, candidates. */
const optionRuleSchema = z.strictObject({
  /** the ones an author may choose among; the first where they choose none */
  methods: z.array(z.enum(optionMethods)).min(1),
  /** implicit: what a ballot leaves out stands below all it ranks; explicit: a ballot says nothing about it */
  unranked: z.enum(['implicit', 'explicit']),
  /** the option put forward earlier; the status quo stands before all, so that a tie changes nothing */
  tie: z.literal('listed_order'),
  /** the highest score a ballot may give; the lowest is 0 */
  scoreMax: count(1, 1000),
  /** how many options may stand in one vote, the status quo aside */
  maxOptions: count(2, 100),
});

const voteRuleSchema = z.strictObject({
  about: sentence,
  /** how the vote is counted where nothing but yes and no is asked; an election is counted by one of its options' methods */
  method: z.enum(voteMethods),
  quorum: quorumSchema,
  threshold: thresholdSchema,
  abstentions: z.enum(['count_for_quorum', 'ignored']),
  discussionHours: count(0, 24 * 365),
  votingHours: count(1, 24 * 365),
  delayHours: count(0, 24 * 365),
  // What follows is left out in policies older than it; a default here would change their hash.
  options: optionRuleSchema.exactOptional(),
  /**
   * open_at_close: ballots are closed to everybody's eyes until the count, which opens them all; secret: nobody learns
   * who voted how; author_chooses: the first, unless the author asks for the second
   */
  secrecy: z.enum(['open_at_close', 'secret', 'author_chooses']).exactOptional(),
  /** a quorum first reached in the last so many hours keeps the vote open so much longer, once */
  lateQuorum: z
    .strictObject({ lastHours: count(1, 24 * 30), extendHours: count(1, 24 * 30) })
    .exactOptional(),
  /** double majority: those who hold these roles have to reach this threshold among themselves too */
  affected: z.strictObject({ roles: z.array(slug).min(1), threshold: thresholdSchema }).exactOptional(),
  /** whoever declared an interest in the proposal before the vote opened has no vote in it */
  recusal: z.literal('declared').exactOptional(),
});
export type VoteRule = z.infer<typeof voteRuleSchema>;

export const proposalKinds = [
  'safeguard',
  'policy',
  'open',
  'feature',
  'rate_card',
  'call',
  'model',
  'dataset',
  'membership',
  'election',
  'emergency',
  'charter',
] as const;
export type ProposalKind = (typeof proposalKinds)[number];

const votingSchema = z.strictObject({
  eligibleRoles: z.array(slug).min(1),
  draftDays: count(1, 3650),
  kinds: z.strictObject({
    safeguard: voteRuleSchema,
    policy: voteRuleSchema,
    open: voteRuleSchema,
    feature: voteRuleSchema.exactOptional(),
    rate_card: voteRuleSchema.exactOptional(),
    call: voteRuleSchema.exactOptional(),
    model: voteRuleSchema.exactOptional(),
    dataset: voteRuleSchema.exactOptional(),
    membership: voteRuleSchema.exactOptional(),
    election: voteRuleSchema.exactOptional(),
    emergency: voteRuleSchema.exactOptional(),
    charter: voteRuleSchema.exactOptional(),
  }),
});

const studioSchema = z.strictObject({
  promptMaxCharacters: count(1, 100_000),
  steps: z
    .strictObject({ min: count(1, 1000), max: count(1, 1000), usual: count(1, 1000) })
    .refine((steps) => steps.min <= steps.usual && steps.usual <= steps.max, {
      message: 'must be ordered: min ≤ usual ≤ max',
    }),
  outstandingPerMember: count(1, 1000),
  fairWindowHours: count(1, 24 * 365),
  captionMaxCharacters: count(0, 10_000),
});

const fineTunesSchema = z.strictObject({
  outstandingPerMember: count(1, 100),
  maxWorks: count(1, 10_000),
  maxSteps: count(1, 1_000_000),
  maxRank: count(1, 256),
  /** pictures drawn before and after: prompts × seeds */
  maxSheetPictures: count(1, 64),
});
export type FineTuneRules = z.infer<typeof fineTunesSchema>;

/** What a policy allows that was written before there was anything to say about fine-tunes. */
const usualFineTunes: FineTuneRules = {
  outstandingPerMember: 2,
  maxWorks: 300,
  maxSteps: 20_000,
  maxRank: 64,
  maxSheetPictures: 16,
};

/** What the policy says of fine-tunes; a policy that says nothing allows what is usual. */
export function fineTuneRules(policy: Policy): FineTuneRules {
  return policy.fineTunes ?? usualFineTunes;
}

/** Minor units of the collective's currency, as 2500 for 25.00. */
const amount = count(0, 1_000_000_000_000);

/** So much an hour, for so many minutes a piece at the most. */
const hourlyRateSchema = z.strictObject({ hourly: amount, mostMinutes: count(1, 60 * 24) });
/** A sum of at least so much, shared by the weight of what was accepted. */
const sharedRateSchema = z.strictObject({ shared: amount });
/** What a call may not pay less than for a kind of work: a piece, an hour, or all of it together. */
const rateSchema = z.union([amount, hourlyRateSchema, sharedRateSchema]);
export type PolicyRate = z.infer<typeof rateSchema>;

const compensationSchema = z.strictObject({
  /** what a call may not pay less than, for each kind of work */
  rates: z.strictObject({
    bug: amount,
    critique: amount,
    experiment: amount,
    'red-team': amount,
    // What follows may be left out: a call pays for no kind of work that the card does not name.
    'feedback-session': rateSchema.exactOptional(),
    translation: rateSchema.exactOptional(),
    'dataset-curation': rateSchema.exactOptional(),
    recaptioning: rateSchema.exactOptional(),
    stewardship: rateSchema.exactOptional(),
  }),
  /** what one review is paid */
  reviewRate: amount,
  reviewsNeeded: count(1, 25),
  /** no answer within this many days is a yes */
  reviewDays: count(1, 90),
  /** how many are drawn to review a piece; left out, whoever may review takes it */
  reviewerSeats: count(1, 25).exactOptional(),
  /** the part of its rate that a finding is paid which another member found before, independently */
  laterShare: z
    .strictObject({ numerator: count(0, 1000), denominator: count(1, 1000) })
    .refine((share) => share.numerator <= share.denominator, { message: 'is more than the whole' })
    .exactOptional(),
  royalty: z.strictObject({
    perGeneration: amount,
    /** a sum that the clips of a month share; left out, there is none */
    perMonth: amount.exactOptional(),
    /** the fund that pays it, as "main" for the account fund:main */
    fund: slug,
    /** shares of the royalty: members whose consented works taught the model, and what stays in the fund */
    split: z
      .strictObject({ works: count(0, 1000), fund: count(0, 1000) })
      .refine((split) => split.works + split.fund > 0, { message: 'somebody must get the royalty' }),
  }),
});

export const consentUses = [
  'train_base',
  'fine_tune_own',
  'fine_tune_shared',
  'style_name_prompting',
  'publish',
  'export_weights',
  'data_mining',
] as const;
export type ConsentUse = (typeof consentUses)[number];

const namedLivingArtistSchema = z.strictObject({
  kind: z.literal('named_living_artist'),
  /** the artists as they sign; every way their name is written gets its own line */
  names: z.array(z.string().trim().min(2).max(200)).min(1).max(2000),
  /** a yes of the named artist to this use lifts the refusal for them */
  unlessConsent: z.literal('style_name_prompting'),
  action: z.literal('refuse'),
  /** what the person is told whose prompt is refused */
  text: sentence,
});
const safeguardSchema = z.discriminatedUnion('kind', [namedLivingArtistSchema]);
export type Safeguard = z.infer<typeof safeguardSchema>;

const datasetsSchema = z.strictObject({
  acceptedBases: z.array(z.enum(['public_domain_dedication', 'member_consent'])).min(1),
  /** as SPDX names them; what counts as a dedication to everyone */
  acceptedDedications: z.array(z.string().min(1).max(80)),
});

const privacySchema = z.strictObject({
  /** no figure about fewer people than this is ever published */
  minGroupSize: count(2, 1000),
});

/** Money set aside for a purpose, in minor units of the collective's currency. */
const grantSchema = z.strictObject({ about: sentence, fund: slug, amount });

/** A released model makes clips; a retired one refuses. One that nobody decided about is as it was registered. */
const modelSchema = z.strictObject({ state: z.enum(['released', 'retired']), about: sentence });
const modelId = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._:-]{0,199}$/, 'must be the id of a model');

const featureSchema = z.strictObject({ about: sentence, on: z.boolean() });

/** Who was refused a clip can have the refusal judged by a panel drawn by lot. */
const appealsSchema = z.strictObject({ panelSeats: count(1, 25), answerDays: count(1, 90) });

/** What may be done at once, by whom, and for how long before a vote has to have said yes. */
const emergenciesSchema = z
  .strictObject({
    signers: count(2, 25),
    maxHours: count(1, 72),
    /** the vote that ratifies is open for so long */
    ratifyHours: count(1, 72),
    /** JSON Pointers: an emergency changes nothing outside them */
    clauses: z
      .array(z.string().regex(/^(\/([^~/]|~[01])+)+$/, 'must be a JSON Pointer as /safeguards'))
      .min(1),
  })
  .refine((rule) => rule.ratifyHours <= rule.maxHours, {
    path: ['ratifyHours'],
    message: 'the measure would end before the vote that ratifies it',
  });

const delegationSchema = z.strictObject({
  /** a member hands on their voice for one kind of proposal at a time */
  topics: z.literal('kinds'),
  /** a chain that runs into itself represents nobody */
  cycles: z.literal('unrepresented'),
});

const interestsSchema = z.strictObject({
  /** declared_on_proposal: for every kind, whoever declared an interest in a proposal has no vote in it */
  recusal: z.enum(['declared_on_proposal', 'none']),
});

/** Rules of votes that no schema of one clause can hold. */
function checkVoting(policy: z.infer<typeof policyFields>, ctx: z.RefinementCtx): void {
  for (const kind of proposalKinds) {
    const rule = policy.voting.kinds[kind];
    if (!rule) continue;
    const wrong = (field: string, message: string) =>
      ctx.addIssue({ code: 'custom', path: ['voting', 'kinds', kind, field], message });
    for (const role of rule.affected?.roles ?? [])
      if (!policy.roles[role]) wrong('affected', `no role is named ${role}`);
    if (rule.affected && rule.secrecy !== undefined && rule.secrecy !== 'open_at_close')
      wrong('secrecy', 'a majority of some cannot be told where nobody knows who voted how');
    const methods: readonly string[] = rule.options?.methods ?? [];
    if (kind === 'election' ? !methods.includes(rule.method) : rule.method !== 'yes_no')
      wrong('method', kind === 'election' ? 'must be one of its methods for options' : 'must be yes_no');
  }
}

/** What only holds between clauses: named roles exist, and nobody can vote the vote away. */
function checkAcrossClauses(policy: z.infer<typeof policyFields>, ctx: z.RefinementCtx): void {
  const known = new Set(Object.keys(policy.roles));
  const named: [readonly string[], (string | number)[]][] = [
    [policy.membership.founderRoles, ['membership', 'founderRoles']],
    [policy.membership.memberRoles, ['membership', 'memberRoles']],
    [policy.voting.eligibleRoles, ['voting', 'eligibleRoles']],
  ];
  for (const [roles, path] of named)
    for (const role of roles)
      if (!known.has(role)) ctx.addIssue({ code: 'custom', path, message: `no role is named ${role}` });
  for (const act of ['propose', 'vote', 'invite_member'] as const)
    if (!policy.membership.memberRoles.some((role) => policy.roles[role]?.may.includes(act)))
      ctx.addIssue({
        code: 'custom',
        path: ['roles'],
        message: `a new member must be able to ${act.replace('_', ' ')}`,
      });
  if (!policy.membership.memberRoles.some((role) => policy.voting.eligibleRoles.includes(role)))
    ctx.addIssue({
      code: 'custom',
      path: ['voting', 'eligibleRoles'],
      message: 'a new member must count as a voter',
    });
}

const policyFields = z.strictObject({
  format: z.literal('uncaged-policy/1'),
  // What may be left out is younger than the first policies; a default here would change their hash.
  /** what the collective is for, in its own words; no machine follows it */
  charter: z.string().trim().min(1).max(20_000).exactOptional(),
  roles: z.record(slug, roleSchema),
  membership: membershipSchema,
  voting: votingSchema,
  studio: studioSchema,
  fineTunes: fineTunesSchema.exactOptional(),
  compensation: compensationSchema,
  safeguards: z.record(slug, safeguardSchema),
  datasets: datasetsSchema,
  privacy: privacySchema,
  grants: z.record(slug, grantSchema).exactOptional(),
  models: z.record(modelId, modelSchema).exactOptional(),
  features: z.record(slug, featureSchema).exactOptional(),
  appeals: appealsSchema.exactOptional(),
  emergencies: emergenciesSchema.exactOptional(),
  delegation: delegationSchema.exactOptional(),
  interests: interestsSchema.exactOptional(),
});

/** The policy document. Unknown fields are refused, so a typing error never passes for a rule. */
export const policySchema = policyFields.superRefine(checkAcrossClauses).superRefine(checkVoting);
export type Policy = z.infer<typeof policySchema>;

/** A policy document with its place in the chain of versions. `hash` is SHA-256 of its canonical bytes, in hex. */
export interface PolicyInForce {
  version: number;
  hash: string;
  document: Policy;
}

/** Whether any of these roles may do this under the policy. Unknown roles may nothing. */
export function mayDo(policy: Policy, roles: readonly string[], act: Act): boolean {
  return roles.some((role) => policy.roles[role]?.may.includes(act) ?? false);
}

/** All acts these roles allow, in the order of `acts`. */
export function actsOf(policy: Policy, roles: readonly string[]): Act[] {
  return acts.filter((act) => mayDo(policy, roles, act));
}

/** The rule of a kind's votes; null where this policy has no such kind. */
export function voteRuleOf(policy: Policy, kind: ProposalKind): VoteRule | null {
  return policy.voting.kinds[kind] ?? null;
}

/** Whether a declared interest takes the vote of whoever declared it, on proposals of this kind. */
export function recusesDeclared(policy: Policy, kind: ProposalKind): boolean {
  return (
    policy.voting.kinds[kind]?.recusal === 'declared' || policy.interests?.recusal === 'declared_on_proposal'
  );
}

export type PolicyCheck =
  | { ok: true; policy: Policy }
  | { ok: false; code: 'policy_patch_invalid' | 'rule_never_passes'; field: string; reason: string };

/**
 * Checks a document against the schema. A refusal names the first wrong field as a JSON Pointer;
 * `rule_never_passes` where that is a rule that no vote could fulfil.
 */
export function checkPolicy(document: unknown): PolicyCheck {
  const result = policySchema.safeParse(document);
  if (result.success) return { ok: true, policy: result.data };
  const [issue] = result.error.issues;
  if (!issue) throw new Error('a failed check names no field');
  const keys = issue.code === 'unrecognized_keys' ? [...issue.path, issue.keys[0] ?? ''] : issue.path;
  const field = keys.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
  const neverPasses = issue.code === 'custom' && issue.params?.neverPasses === true;
  const code = neverPasses ? 'rule_never_passes' : 'policy_patch_invalid';
  return { ok: false, code, field, reason: issue.message };
}
