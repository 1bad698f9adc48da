import { createHash } from 'node:crypto';
import type { SelfDescription } from '../svg/rdf.ts';
import { readSvg, type SvgCode } from '../svg/sanitise.ts';
import type { Ask, PictureCode } from './draw.ts';
import type { Raster } from './keep.ts';
import { LIMITS } from './limits.ts';
import { render } from './renderers.ts';

export type FileCode =
  | 'file_empty'
  | 'file_too_large'
  | SvgCode
  | PictureCode
  | 'renders_too_long'
  | 'renders_too_much';

/** A picture's facts. `shown` is the WebP for pages. */
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
/** `material` is there for own works only. */
export type Read = { ok: true; facts: PictureFacts; material: Raster | null } | Refusal;
/** `about` is what an SVG says of itself. */
export type Opened = { ok: true; about: SelfDescription | null; draw: () => Promise<Read> } | Refusal;

const SIGNATURES: readonly [string, RegExp][] = [
  ['image/png', /^\u0089PNG\r\n/],
  ['image/jpeg', /^\xff\xd8\xff/],
  ['image/gif', /^GIF8[79]a/],
  ['image/webp', /^RIFF[\s\S]{4}WEBP/],
  ['image/avif', /^[\s\S]{4}ftyp(?:avi[fs]|(?:mif1|msf1|miaf)[\s\S]{4,40}avi[fs])/],
  // Other pictures in the same kind of boxes are none that are read here (HEIC).
  ['video/quicktime', /^[\s\S]{4}ftypqt/],
  ['video/mp4', /^[\s\S]{4}ftyp(?!hei|hev|mif1|msf1|miaf)/],
  ['video/webm', /^[\s\S]E\xdf\xa3/],
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
 * Opens a picture, or of own works also a clip: limits, kind, and for an SVG what it says of itself. `draw` then
 * decodes it in a renderer process. Errors of opening: `file_empty`, `file_too_large` (5 MiB, an own work 20),
 * `not_a_picture`, those of `readSvg`; of drawing: those of `render`.
 */
export function openPicture(bytes: Uint8Array, { isOwn = false } = {}): Opened {
  const most = isOwn ? LIMITS.ownBytes : LIMITS.bytes;
  if (bytes.length === 0) return { ok: false, code: 'file_empty', detail: 'The file is empty.' };
  if (bytes.length > most)
    return { ok: false, code: 'file_too_large', detail: `${bytes.length} bytes; at most ${most}.` };
  const mediaType = mediaTypeOf(bytes);
  if (!mediaType || (!isOwn && mediaType.startsWith('video/')))
    return { ok: false, code: 'not_a_picture', detail: 'Nothing that is read here begins like this.' };
  if (mediaType !== 'image/svg+xml')
    return { ok: true, about: null, draw: () => drawn(bytes, { bytes, mediaType, isOwn }) };
  const svg = readSvg(bytes);
  if (!svg.ok) return svg;
  const safe = Buffer.from(svg.svg);
  return { ok: true, about: svg.about, draw: () => drawn(bytes, { bytes: safe, mediaType, isOwn }) };
}

/**
 * What pages show of a picture or a clip that somebody sent, and nothing else of it: WebP, at most 512 pixels a side, 320
 * where it moves; no metadata. Errors: those of `openPicture` for an own work, and of drawing it.
 */
export async function drawnAnew(bytes: Uint8Array): Promise<{ ok: true; webp: Uint8Array } | Refusal> {
  const opened = openPicture(bytes, { isOwn: true });
  const read = opened.ok ? await opened.draw() : opened;
  return read.ok ? { ok: true, webp: read.facts.shown } : read;
}

/** For what is made of pixels, the sanitised form is what machines are given, else the picture for pages. */
async function drawn(original: Uint8Array, ask: Ask): Promise<Read> {
  const rendered = await render(ask);
  if (!rendered.ok) return rendered;
  const { width, height, pixels, dhash, shown, material } = rendered;
  const safe = ask.bytes === original ? (material?.bytes ?? shown) : ask.bytes;
  const facts = {
    sha256: sha256Of(original),
    mediaType: ask.mediaType,
    size: original.length,
    sanitisedSha256: sha256Of(safe),
    pixelsSha256: pixels,
    dhash,
    width,
    height,
    shown,
  };
  return { ok: true, facts, material };
}
