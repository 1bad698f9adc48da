import { createHash } from 'node:crypto';
import type { SelfDescription } from '../svg/rdf.ts';
import { readSvg, type SvgCode } from '../svg/sanitise.ts';
import type { PictureCode } from './draw.ts';
import { LIMITS } from './limits.ts';
import { render } from './renderers.ts';

export type FileCode =
  | 'file_empty'
  | 'file_too_large'
  | SvgCode
  | PictureCode
  | 'renders_too_long'
  | 'renders_too_much';

/** A picture's facts. `about` is what an SVG says of itself; `shown` is the WebP for pages. */
export interface PictureFacts {
  sha256: string;
  mediaType: string;
  size: number;
  sanitisedSha256: string;
  pixelsSha256: string;
  dhash: string;
  width: number;
  height: number;
  shown: Uint8Array;
}

export type Refusal = { ok: false; code: FileCode; detail: string };
export type Opened =
  | {
      ok: true;
      about: SelfDescription | null;
      draw: () => Promise<{ ok: true; facts: PictureFacts } | Refusal>;
    }
  | Refusal;

const SIGNATURES: readonly [string, RegExp][] = [
  ['image/png', /^\u0089PNG\r\n/],
  ['image/jpeg', /^\xff\xd8\xff/],
  ['image/gif', /^GIF8[79]a/],
  ['image/webp', /^RIFF[\s\S]{4}WEBP/],
  ['image/svg+xml', /^(?:\xef\xbb\xbf\s*<|\xff\xfe<|\xfe\xff|\s*<)/],
];

/** SHA-256, lower-case hex. */
export function sha256Of(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** What the first bytes say the file is, whatever its name says; null for anything else. */
export function mediaTypeOf(bytes: Uint8Array): string | null {
  const head = Buffer.from(bytes.subarray(0, 64)).toString('latin1');
  return SIGNATURES.find(([, signature]) => signature.test(head))?.[0] ?? null;
}

/**
 * Opens a picture: limits, kind, and for an SVG what it says of itself. `draw` then decodes it in a renderer
 * process. Errors of opening: `file_empty`, `file_too_large` (5 MiB), `not_a_picture`, those of `readSvg`; of
 * drawing: those of `render`.
 */
export function openPicture(bytes: Uint8Array): Opened {
  if (bytes.length === 0) return { ok: false, code: 'file_empty', detail: 'The file is empty.' };
  if (bytes.length > LIMITS.bytes)
    return { ok: false, code: 'file_too_large', detail: `${bytes.length} bytes; at most ${LIMITS.bytes}.` };
  const mediaType = mediaTypeOf(bytes);
  if (!mediaType) return { ok: false, code: 'not_a_picture', detail: 'No PNG, JPEG, WebP, GIF or SVG.' };
  if (mediaType !== 'image/svg+xml')
    return { ok: true, about: null, draw: () => drawn(bytes, mediaType, bytes) };
  const svg = readSvg(bytes);
  if (!svg.ok) return svg;
  return { ok: true, about: svg.about, draw: () => drawn(bytes, mediaType, Buffer.from(svg.svg)) };
}

/** For pictures made of pixels, the sanitised form is the derivative for pages: it carries no metadata. */
async function drawn(
  original: Uint8Array,
  mediaType: string,
  safe: Uint8Array,
): Promise<{ ok: true; facts: PictureFacts } | Refusal> {
  const rendered = await render(safe);
  if (!rendered.ok) return rendered;
  const { width, height, pixels, dhash, shown } = rendered;
  const facts = {
    sha256: sha256Of(original),
    mediaType,
    size: original.length,
    sanitisedSha256: sha256Of(safe === original ? shown : safe),
    pixelsSha256: pixels,
    dhash,
    width,
    height,
    shown,
  };
  return { ok: true, facts };
}
