import type { ProblemKind } from '../problems.ts';

/** What teaching, and adapters, can be refused with. */
export const trainingProblems = {
  // what is asked for
  name_empty: { status: 422, title: 'It has no name', next: 'Give it a name to find it by.' },
  name_too_long: { status: 422, title: 'The name is too long', next: 'Take at most 80 characters.' },
  style_word_invalid: {
    status: 422,
    title: 'This cannot be a style word',
    next: 'Take one word of 3 to 24 letters that is no plural and that you would not use otherwise.',
  },
  style_word_taken: {
    status: 409,
    title: 'The style word is taken',
    next: 'Take a word that neither the base model nor an adapter of yours goes by.',
  },
  no_works: { status: 422, title: 'No work is chosen', next: 'Choose the works that it should learn from.' },
  too_many_works: {
    status: 422,
    title: 'These are more works than the policy allows',
    next: 'Choose fewer; the policy sets the number, and you can propose to change it.',
  },
  duplicate_work: { status: 422, title: 'A work is chosen twice', next: 'Choose each work once.' },
  work_without_consent: {
    status: 409,
    title: 'A work has no consent line for this',
    next: 'Say yes to that use on the page of the work, or leave it out. What is not said is a no.',
  },
  rank_out_of_range: {
    status: 422,
    title: 'That rank is not possible',
    next: 'Take a whole number between the bounds the detail names; the policy sets them.',
  },
  sheet_too_large: {
    status: 422,
    title: 'The sheet is too large, or empty',
    next: 'Take fewer prompts or seeds; the policy sets how many pictures a sheet may have.',
  },

  // a fine-tune
  unknown_fine_tune: {
    status: 404,
    title: 'There is no such fine-tune, or it is not yours',
    next: 'A fine-tune is shown to its maker alone.',
  },
  wrong_state: {
    status: 409,
    title: 'This cannot be done now',
    next: 'Look again where it stands; the detail says what can be done.',
  },
  no_sheet: {
    status: 404,
    title: 'There is no such sheet',
    next: 'Look at the sheets that the fine-tune names.',
  },
  model_there_already: {
    status: 409,
    title: 'A model with these very weights is there already',
    next: 'Discard this one: nothing is lost.',
  },

  // adapters
  unknown_adapter: {
    status: 404,
    title: 'There is no such adapter, or it is not shared with you',
    next: 'An adapter is its maker’s alone until its maker shares it.',
  },
  not_your_adapter: {
    status: 403,
    title: 'This adapter is somebody else’s',
    next: 'Only its maker may do this.',
  },
  adapter_discarded: {
    status: 409,
    title: 'The adapter was thrown away',
    next: 'Take another one. Clips made with it stay.',
  },
  adapter_other_base: {
    status: 409,
    title: 'The adapter belongs to another base model',
    next: 'Choose the model it was taught on, or teach it again on this one.',
  },
  adapter_consent_elsewhere: {
    status: 409,
    title: 'The consents behind an imported adapter stand in another book',
    next: 'Use it yourself; to share it, teach it here on works that are here.',
  },
  adapter_there_already: {
    status: 409,
    title: 'You have this very adapter already',
    next: 'Nothing changed; use the one you have.',
  },
  too_many_adapters: {
    status: 422,
    title: 'These are too many adapters for one clip',
    next: 'Mix at most four.',
  },
  duplicate_adapter: {
    status: 422,
    title: 'An adapter is named twice',
    next: 'Name it once; its weight may be any number.',
  },
  weight_not_finite: {
    status: 422,
    title: 'A weight is not a number',
    next: 'A weight may be any finite number, below zero too.',
  },
  adapter_too_large: {
    status: 413,
    title: 'The file is too large for an adapter',
    next: 'Send a low-rank adapter of at most 64 MB. Nothing was kept.',
  },
  adapter_not_safetensors: {
    status: 422,
    title: 'This is no safetensors file',
    next: 'Send the file that an export gave you, whole. Nothing was kept.',
  },
  adapter_lying_offsets: {
    status: 422,
    title: 'The tensors do not lie where the file says',
    next: 'Export it again; this copy is broken or made up. Nothing was kept.',
  },
  adapter_not_finite: {
    status: 422,
    title: 'The adapter holds something that is no number',
    next: 'Take a copy from before it broke, or teach it again. Nothing was kept.',
  },
  adapter_unnamed: {
    status: 422,
    title: 'The file does not say what it is',
    next: 'Send an adapter that was made here or by the same program. Nothing was kept.',
  },
  adapter_misshapen: {
    status: 422,
    title: 'The tensors are not those of an adapter',
    next: 'Send an adapter that was made here or by the same program. Nothing was kept.',
  },

  // what a worker delivers
  adapter_other_word: {
    status: 422,
    title: 'The adapter goes by another style word than the job named',
    next: 'Teach it by the job’s word.',
  },
  model_misshapen: {
    status: 422,
    title: 'This is no model with its record',
    next: 'Send the weights, and the record that names their SHA-256.',
  },
  lease_of_another_kind: {
    status: 409,
    title: 'The lease is about something else',
    next: 'Deliver clips with complete, fine-tunes with taught.',
  },
} satisfies Record<string, ProblemKind>;
