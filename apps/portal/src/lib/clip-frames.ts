/** Clips that this browser plays and our machine does not decode: copied here, small and silent, into one it does. */
import type { Problem } from '@uncaged/contract';
import type { InputVideoTrack } from 'mediabunny';

/** What our machine takes of a clip: this long, and this many pixels on the longest side are kept. */
const SECONDS = 15;
const SIDE = 512;
/** Pictures a second: of a clip at most 48 pictures are kept. */
const RATE = 24;

/** `isCut`: only the first fifteen seconds are in it. */
export type Copied = { ok: true; file: File; isCut: boolean } | { ok: false; problem: Problem };

const refused = (code: string, title: string, detail: string, next: string): Copied => ({
  ok: false,
  problem: { type: 'about:blank', status: 0, code, title, detail, next },
});

/**
 * Copies the pictures of a clip into a WebM (VP9, else VP8) without sound, place or camera; `heard` hears the part
 * that is done, 0 to 1. Nothing leaves the browser. Refusals, in the order they are tested: `clip_unreadable`,
 * `browser_does_not_decode`, `browser_does_not_encode`.
 */
export async function copyClip(file: File, heard: (part: number) => void): Promise<Copied> {
  // Named one by one, so that the page loads no more of the library than this.
  const {
    BlobSource,
    BufferTarget,
    Conversion,
    getFirstEncodableVideoCodec,
    Input,
    MATROSKA,
    MP4,
    Output,
    QTFF,
    QUALITY_VERY_HIGH,
    WEBM,
    WebMOutputFormat,
  } = await import('mediabunny');
  const input = new Input({ source: new BlobSource(file), formats: [MP4, QTFF, WEBM, MATROSKA] });
  try {
    const track = await input.getPrimaryVideoTrack();
    if (!track) return unreadable(file, 'It has no pictures.');
    if (!(await track.canDecode())) return undecodable((await track.getCodec()) ?? 'unknown');
    const size = await sizeOf(track);
    const codec = await getFirstEncodableVideoCodec(['vp9', 'vp8'], size);
    if (!codec) return unencodable();
    const target = new BufferTarget();
    const isCut = (await track.computeDuration()) - (await track.getFirstTimestamp()) > SECONDS;
    const conversion = await Conversion.init({
      input,
      output: new Output({ format: new WebMOutputFormat(), target }),
      tracks: 'primary',
      video: {
        ...size,
        fit: 'fill',
        codec,
        frameRate: RATE,
        quality: QUALITY_VERY_HIGH,
        allowTransformationMetadata: false,
        forceTranscode: true,
      },
      audio: { discard: true },
      ...(isCut ? { trim: { end: (await track.getFirstTimestamp()) + SECONDS } } : {}),
      tags: {},
      showWarnings: false,
    });
    if (!conversion.isValid) return undecodable((await track.getCodec()) ?? 'unknown');
    conversion.onProgress = heard;
    await conversion.execute();
    const name = `${file.name.replace(/\.[a-z0-9]{1,5}$/i, '')}.webm`;
    return { ok: true, file: new File([target.buffer ?? ''], name, { type: 'video/webm' }), isCut };
  } catch (error) {
    return unreadable(file, error instanceof Error ? error.message : 'It cannot be read.');
  } finally {
    input.dispose();
  }
}

/** Pixels as shown, even (encoders halve colour both ways), longest side at most 512. */
async function sizeOf(track: InputVideoTrack): Promise<{ width: number; height: number }> {
  const width = await track.getDisplayWidth();
  const height = await track.getDisplayHeight();
  const scale = Math.min(1, SIDE / Math.max(width, height));
  const even = (pixels: number) => Math.max(2, 2 * Math.round((pixels * scale) / 2));
  return { width: even(width), height: even(height) };
}

const unreadable = (file: File, detail: string): Copied =>
  refused(
    'clip_unreadable',
    `${file.name} cannot be read`,
    detail,
    'Play it to its end; if that fails, export it again.',
  );

const undecodable = (codec: string): Copied =>
  refused(
    'browser_does_not_decode',
    'Neither our machine nor this browser decodes the clip',
    `Its pictures are ${codec}.`,
    'Open this page in another browser, or save the clip as WebM with VP9 or as MP4 with AV1.',
  );

const unencodable = (): Copied =>
  refused(
    'browser_does_not_encode',
    'This browser plays the clip but cannot make a copy of it',
    'It encodes neither VP9 nor VP8.',
    'Open this page in Firefox or Chromium, or save the clip as WebM with VP9 or as MP4 with AV1.',
  );
