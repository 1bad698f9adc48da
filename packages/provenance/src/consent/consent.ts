import type { ConsentUse, Policy } from '@uncaged/governance/rules';

export type Basis = 'public_domain_dedication' | 'member_consent';

/** One answer of one maker to one use. Lines are never changed: a later one counts instead. */
export interface ConsentFact {
  id: string;
  use: ConsentUse;
  answer: boolean;
  givenAt: Date;
  expiresAt: Date | null;
}

export type Because =
  | 'dedicated_to_all'
  | 'consented'
  | 'basis_not_accepted'
  | 'dedication_not_accepted'
  | 'objected'
  | 'not_in_a_dedication'
  | 'no_consent'
  | 'declined'
  | 'revoked'
  | 'expired';

export interface MayUse {
  allowed: boolean;
  because: Because;
  /** the line that decided, where one did */
  consentId: string | null;
}

/** Uses that a dedication of the work does not cover: they take the person, not the work. */
const PERSONAL: ReadonlySet<ConsentUse> = new Set(['style_name_prompting']);
/** Uses that make a model; only here can policy refuse a basis. */
const TRAINING: ReadonlySet<ConsentUse> = new Set(['train_base', 'fine_tune_own', 'fine_tune_shared']);

/**
 * Whether a work may be used so, at this moment, and why. Absent means no; the last line about this use counts;
 * policy can only narrow what the maker allowed. Tested in this order: an objection to a dedication, what policy
 * accepts, the lines.
 */
export function mayUse(
  use: ConsentUse,
  work: { basis: Basis; spdx: string },
  consents: readonly ConsentFact[],
  policy: Pick<Policy['datasets'], 'acceptedBases' | 'acceptedDedications'>,
  at: Date,
): MayUse {
  const lines = consents.filter((line) => line.use === use && line.givenAt <= at).sort(byAge);
  const last = lines.at(-1);
  const no = (because: Because, consentId = last?.id ?? null): MayUse => ({
    allowed: false,
    because,
    consentId,
  });
  const dedicated = work.basis === 'public_domain_dedication' && !PERSONAL.has(use);
  if (dedicated && last && !last.answer) return no('objected');
  if (TRAINING.has(use) && !policy.acceptedBases.includes(work.basis)) return no('basis_not_accepted', null);
  if (TRAINING.has(use) && dedicated && !policy.acceptedDedications.includes(work.spdx))
    return no('dedication_not_accepted', null);
  if (dedicated) return { allowed: true, because: 'dedicated_to_all', consentId: null };
  if (!last) return no(work.basis === 'member_consent' ? 'no_consent' : 'not_in_a_dedication');
  if (!last.answer) return no(lines.some((line) => line.answer) ? 'revoked' : 'declined');
  if (last.expiresAt && last.expiresAt <= at) return no('expired');
  return { allowed: true, because: 'consented', consentId: last.id };
}

/** Oldest first; ids are ordered in time, so they break a tie. */
function byAge(one: ConsentFact, other: ConsentFact): number {
  return one.givenAt.getTime() - other.givenAt.getTime() || (one.id < other.id ? -1 : 1);
}

/** What a maker agrees to, word for word. The hash of the sentence stands in the book with the answer. */
export const consentTexts: Readonly<Record<ConsentUse, string>> = {
  train_base:
    'The collective may train its base models on this work. Models that learned from it stay named as such; if I take this back, no new model learns from it, and what was made from it is named and stopped.',
  fine_tune_own: 'I may fine-tune models on this work for my own use.',
  fine_tune_shared: 'Members may fine-tune models on this work and share those models in the collective.',
  style_name_prompting: 'Members may name me, the artist, in what they ask the machine for.',
  publish: 'The collective may show this work to everybody.',
  export_weights: 'Weights that learned from this work may leave the collective’s machines.',
  data_mining: 'Others may analyse this work with machines (text and data mining).',
};
