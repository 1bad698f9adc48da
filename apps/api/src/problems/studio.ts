import type { ProblemKind } from '../problems.ts';

/** What asking for clips and making them can be refused with. */
export const studioProblems = {
  // the studio
  prompt_empty: { status: 422, title: 'The prompt is empty', next: 'Write at least one word.' },
  prompt_too_long: {
    status: 422,
    title: 'The prompt is too long',
    next: 'Shorten it to the number of characters the detail names; the policy sets it.',
  },
  guidance_not_finite: {
    status: 422,
    title: 'Guidance is not a number',
    next: 'Guidance may be any finite number, below zero too.',
  },
  size_unsupported: {
    status: 422,
    title: 'Clips are not made in that size',
    next: 'Take 64, 256 or 360 pixels, as a JSON number.',
  },
  steps_out_of_range: {
    status: 422,
    title: 'That many steps are not possible',
    next: 'Take a whole number between the bounds the detail names; the policy sets them.',
  },
  seed_out_of_range: {
    status: 422,
    title: 'The seed is not a whole number in its range',
    next: 'Take a whole number from 0 to 9007199254740991.',
  },
  refused_by_safeguard: {
    status: 403,
    title: 'The collective decided to refuse this',
    next: 'The enforcement names the clause and the vote. You can propose to change it.',
  },
  unknown_generation: {
    status: 404,
    title: 'There is no such clip, or it is not shown to you',
    next: 'A clip is private to its maker until the maker publishes it.',
  },
  unknown_model: { status: 404, title: 'There is no such model', next: 'Choose one that /api/models lists.' },
  no_model: {
    status: 409,
    title: 'No model is ready',
    next: 'Wait until a model is registered, or ask a steward.',
  },
  not_your_generation: {
    status: 403,
    title: 'This clip is somebody else’s',
    next: 'Only its maker may do this.',
  },
  not_finished: { status: 409, title: 'The clip is not finished', next: 'Wait until it is done.' },
  caption_too_long: { status: 422, title: 'The caption is too long', next: 'Shorten it.' },
  too_many_outstanding: {
    status: 429,
    title: 'You have as many clips waiting as the policy allows',
    next: 'Wait until one is done. The policy sets the number.',
  },
  range_not_satisfiable: {
    status: 416,
    title: 'The file has no such range',
    next: 'The Content-Range header says how long it is.',
  },
  no_output: { status: 404, title: 'There is no such file yet', next: 'Wait until the clip is done.' },

  // workers
  unknown_worker: {
    status: 404,
    title: 'There is no such worker',
    next: 'List the workers to see their ids.',
  },
  lease_not_yours: {
    status: 403,
    title: 'Another worker holds this lease',
    next: 'Drop the job; ask for a new lease.',
  },
  unknown_lease: { status: 404, title: 'There is no such lease', next: 'Drop the job; ask for a new lease.' },
  lease_lapsed: {
    status: 409,
    title: 'The lease lapsed',
    next: 'The job went back to the queue. Drop it; ask for a new lease.',
  },
  model_retired: {
    status: 409,
    title: 'A vote has retired this model',
    next: 'Choose another one. The policy says why.',
  },
  worker_not_stopped: {
    status: 409,
    title: 'This machine is not stopped',
    next: 'There is nothing to do: it may work.',
  },
  policy_hash_mismatch: {
    status: 409,
    title: 'The job ran under another policy than it was leased under',
    next: 'Send the policy hash the job named.',
  },
  weights_mismatch: {
    status: 409,
    title: 'The worker ran other weights than the job named',
    next: 'Load the weights whose SHA-256 the job names.',
  },
  blob_hash_mismatch: {
    status: 422,
    title: 'The bytes do not have the SHA-256 in the address',
    next: 'Send them again; the transfer may be broken.',
  },
  blob_too_large: {
    status: 413,
    title: 'The file is too large',
    next: 'Send a smaller one. Nothing was kept.',
  },
  unknown_blob: {
    status: 422,
    title: 'An output was never uploaded',
    next: 'Upload the blob, then complete.',
  },
  not_an_mp4: { status: 422, title: 'The clip is not an MP4', next: 'Send an ISO base media file.' },
  not_a_webp: { status: 422, title: 'The preview is not a WebP', next: 'Send a WebP.' },
  not_a_png: { status: 422, title: 'The poster is not a PNG', next: 'Send a PNG.' },
  media_unreadable: {
    status: 422,
    title: 'The media file cannot be read past its first bytes',
    next: 'Send a whole MP4, WebP or PNG.',
  },
  not_a_preview: {
    status: 422,
    title: 'The preview picture is not a PNG or WebP',
    next: 'Send a PNG or WebP.',
  },
  preview_too_large: {
    status: 413,
    title: 'The preview picture is too large',
    next: 'Send at most 512 KiB.',
  },
} satisfies Record<string, ProblemKind>;
