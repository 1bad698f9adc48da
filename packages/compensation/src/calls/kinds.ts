/** What may be asked for. A rate card names a price for some or all of them, except milestones, each of its own price. */
export const workKinds = [
  'bug',
  'critique',
  'dataset-curation',
  'experiment',
  'feedback-session',
  'milestone',
  'recaptioning',
  'red-team',
  'stewardship',
  'translation',
] as const;
export type WorkKind = (typeof workKinds)[number];

export function isWorkKind(given: string): given is WorkKind {
  return (workKinds as readonly string[]).includes(given);
}

/** Findings: of these, the first to find one can be proved, and whoever found it later is paid a share. */
export const findingKinds: readonly WorkKind[] = ['bug', 'red-team'];

/** What a call is: work is asked for piece by piece, or paid milestone by milestone to those who are invited. */
export const forms = ['testing', 'grant', 'commission', 'residency', 'screening'] as const;
export type Form = (typeof forms)[number];

/** Work about what the machine makes: it names a clip, or the model, that it is about. */
export const machineKinds: readonly WorkKind[] = ['bug', 'critique', 'experiment', 'red-team'];
