import type { ProblemKind } from '../problems.ts';

/** What works, consent and models can be refused with. */
export const provenanceProblems = {
  // works and where they come from
  unknown_work: {
    status: 404,
    title: 'There is no such work, or it is not shown to you',
    next: 'A work without consent to publish is seen by its maker only.',
  },
  no_picture: {
    status: 404,
    title: 'Only the hash of this work is known here',
    next: 'Import the collection it comes from; its picture comes with it.',
  },
  unknown_author: {
    status: 404,
    title: 'There is no such author',
    next: 'List the authors to see their ids.',
  },
  unknown_import: { status: 404, title: 'There is no such import', next: 'Begin it first.' },
  unknown_dataset: {
    status: 404,
    title: 'There is no such dataset',
    next: 'A model’s page names its dataset.',
  },
  unknown_lineage: {
    status: 404,
    title: 'Nothing is written about where this comes from',
    next: 'A clip has an origin once it is finished.',
  },
  file_empty: { status: 422, title: 'The file is empty', next: 'Choose another file. Nothing was kept.' },
  file_too_large: {
    status: 413,
    title: 'The file is too large',
    next: 'Send at most 20 MiB; a file of a collection at most 5. Nothing was kept.',
  },
  not_a_picture: {
    status: 415,
    title: 'This is no picture and no clip that is read here',
    next: 'Send a PNG, JPEG, WebP, AVIF, GIF or SVG, or a clip as MP4 or WebM. What counts is what is in the file, not its name.',
  },
  not_an_svg: {
    status: 422,
    title: 'The file is XML, but no SVG',
    next: 'Send a file whose root element is svg.',
  },
  svg_encoding: {
    status: 422,
    title: 'The encoding of the SVG is not one that is read here',
    next: 'Save it as UTF-8.',
  },
  svg_entities: {
    status: 422,
    title: 'The SVG declares entities',
    next: 'Save it as plain SVG, without a document type of its own.',
  },
  svg_malformed: {
    status: 422,
    title: 'The SVG is not well-formed XML',
    next: 'Open it in a drawing program and save it again.',
  },
  svg_script: {
    status: 422,
    title: 'The SVG holds a script',
    next: 'Save it as plain SVG. Pictures need no scripts.',
  },
  svg_event_handler: {
    status: 422,
    title: 'The SVG holds event handlers',
    next: 'Save it as plain SVG. Pictures need no handlers.',
  },
  svg_too_complex: {
    status: 422,
    title: 'The SVG has too many elements or too many levels',
    next: 'Simplify it: at most 200,000 elements and 256 levels.',
  },
  image_too_large: {
    status: 422,
    title: 'The picture has too many pixels',
    next: 'Make it smaller: at most 50 megapixels, a drawing 100, a moving picture 9 each and 240 together, a clip 2,000 together. Nothing was kept.',
  },
  image_too_small: {
    status: 422,
    title: 'The picture is too small to learn from',
    next: 'Send one of at least 16 pixels each way. Nothing was kept.',
  },
  too_many_frames: {
    status: 422,
    title: 'Too many pictures move in it',
    next: 'Cut it: at most 900 pictures. Nothing was kept.',
  },
  clip_too_long: {
    status: 422,
    title: 'The clip is too long',
    next: 'Cut it to at most 15 seconds. Nothing was kept.',
  },
  clip_codec: {
    status: 415,
    title: 'The clip is in a codec that is not decoded here',
    next: 'Save it as WebM with VP9 or VP8, or as MP4 with AV1. A browser that plays it can do that on the page where works are brought. Nothing was kept.',
  },
  clip_unreadable: {
    status: 422,
    title: 'The clip is damaged or was cut off',
    next: 'Play it to its end; if that fails, export it again from the program it comes from. Nothing was kept.',
  },
  clip_without_pictures: {
    status: 422,
    title: 'There are no moving pictures in the clip',
    next: 'Choose a file with a video track: sound alone teaches nothing here. Nothing was kept.',
  },
  does_not_render: {
    status: 422,
    title: 'The picture cannot be decoded',
    next: 'Open it in another program and save it again. Nothing was kept.',
  },
  renders_nothing: {
    status: 422,
    title: 'Nothing is visible in the picture',
    next: 'Check that its pictures are inside the file and that it is not fully transparent.',
  },
  renders_too_long: {
    status: 422,
    title: 'The picture takes too long to draw',
    next: 'Simplify it, make it smaller or cut it. Nothing was kept.',
  },
  renders_too_much: {
    status: 422,
    title: 'The picture takes too much memory to draw',
    next: 'Make it smaller or simplify it. Nothing was kept.',
  },
  author_placeholder: {
    status: 422,
    title: 'This author name names nobody',
    next: 'Write the name you sign with, or leave the field empty for your pseudonym.',
  },
  work_is_anothers: {
    status: 409,
    title: 'Somebody else brought this work already',
    next: 'If it is yours, tell the collective: both of you will be heard.',
  },
  not_your_work: {
    status: 403,
    title: 'This work is somebody else’s',
    next: 'Only its maker may say what may be done with it.',
  },
  consent_expired: {
    status: 422,
    title: 'The end of this consent is in the past',
    next: 'Choose a later day, or leave it open.',
  },
  author_is_no_member: {
    status: 409,
    title: 'This author is a name, not a member',
    next: 'Only members who sign with a name can be confirmed as its artist.',
  },
  author_is_yourself: { status: 403, title: 'Nobody confirms themself', next: 'Ask another steward.' },
  author_confirmed_before: {
    status: 409,
    title: 'This author is confirmed already',
    next: 'Nothing is left to do.',
  },
} satisfies Record<string, ProblemKind>;
