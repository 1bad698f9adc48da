/** The most bytes a worker may send of each kind. */
export const mediaBytes = {
  mp4: 64 * 1024 * 1024,
  webp: 16 * 1024 * 1024,
  poster: 8 * 1024 * 1024,
  preview: 512 * 1024,
} as const;

const ascii = (bytes: Uint8Array, from: number, to: number) =>
  String.fromCharCode(...bytes.subarray(from, to));

/** The kind of a file by its first bytes (ISO/IEC 14496-12 §4.3, RFC 9649 §2.4, PNG third edition §5.2). */
export function mediaKind(bytes: Uint8Array): 'mp4' | 'webp' | 'png' | 'unknown' {
  if (bytes.length < 12) return 'unknown';
  if (ascii(bytes, 4, 8) === 'ftyp') return 'mp4';
  if (ascii(bytes, 0, 4) === 'RIFF' && ascii(bytes, 8, 12) === 'WEBP') return 'webp';
  if (ascii(bytes, 1, 4) === 'PNG' && bytes[0] === 0x89 && bytes[4] === 0x0d && bytes[5] === 0x0a)
    return 'png';
  return 'unknown';
}

export type OutputsDecision =
  | { ok: true }
  | { ok: false; code: 'not_an_mp4' | 'not_a_webp' | 'not_a_png' | 'blob_too_large'; detail: string };

/**
 * Checks what a worker delivered. Errors in the order they are tested, file by file (mp4, webp, poster):
 * blob_too_large, not_an_mp4, not_a_webp, not_a_png.
 */
export function decideOutputs(outputs: {
  mp4: Uint8Array;
  webp: Uint8Array;
  poster: Uint8Array | null;
}): OutputsDecision {
  const kinds = {
    mp4: ['mp4', 'not_an_mp4'],
    webp: ['webp', 'not_a_webp'],
    poster: ['png', 'not_a_png'],
  } as const;
  for (const name of ['mp4', 'webp', 'poster'] as const) {
    const bytes = outputs[name];
    if (bytes === null) continue;
    const [kind, code] = kinds[name];
    if (bytes.length > mediaBytes[name])
      return { ok: false, code: 'blob_too_large', detail: `${name}: at most ${mediaBytes[name]} bytes.` };
    if (mediaKind(bytes) !== kind)
      return { ok: false, code, detail: `${name}: the first bytes say otherwise.` };
  }
  return { ok: true };
}
