import {
  BufferSource,
  EncodedPacketSink,
  Input,
  type InputVideoTrack,
  MATROSKA,
  MP4,
  QTFF,
  WEBM,
} from 'mediabunny';
import sharp from 'sharp';
import { type ClipCodec, claimedSize, type Decoded, openDecoder } from './decoder.ts';
import { LIMITS } from './limits.ts';
import {
  insideOf,
  keptOf,
  type Moving,
  type MovingCode,
  type MovingRead,
  type Size,
  wrongSize,
} from './moving.ts';
import { type PixelForm, toRgba } from './planes.ts';

/** Ends the reading of a clip that is refused. Never leaves this file. */
class Refusal extends Error {
  readonly code: MovingCode;
  constructor(code: MovingCode, detail: string) {
    super(detail);
    this.code = code;
  }
}

function refuseWrong(wrong: ReturnType<typeof wrongSize>): void {
  if (wrong) throw new Refusal(wrong.code, wrong.detail);
}

/** What those who made a codec call it. */
const NAMES: Readonly<Record<string, string>> = {
  avc: 'H.264 (AVC)',
  hevc: 'H.265 (HEVC)',
  prores: 'ProRes',
};
const READ: readonly string[] = ['vp8', 'vp9', 'av1'] satisfies ClipCodec[];

/**
 * Decodes a clip (MP4, QuickTime, WebM or Matroska with VP8, VP9 or AV1; sound is left out) and keeps at most 48 of
 * its pictures, evenly spread. Refuses, in this order: `clip_unreadable` (damaged, or cut off),
 * `clip_without_pictures`, `clip_codec`, `too_many_frames`, `image_too_large`, `image_too_small`, `clip_too_long`;
 * and `clip_unreadable` for what turns out while decoding.
 */
export async function readClip(bytes: Uint8Array): Promise<MovingRead> {
  const input = new Input({ source: new BufferSource(bytes), formats: [MP4, QTFF, WEBM, MATROSKA] });
  try {
    const tracks = await input.getTracks();
    if (tracks.length === 0) throw new Refusal('clip_unreadable', 'No track is left in it.');
    return await decode(await measure(await input.getPrimaryVideoTrack()));
  } catch (error) {
    const detail = error instanceof Error ? error.message.slice(0, 200) : '';
    return { ok: false, code: error instanceof Refusal ? error.code : 'clip_unreadable', detail };
  } finally {
    input.dispose();
  }
}

interface Measured {
  track: InputVideoTrack;
  codec: ClipCodec;
  /** square pixels, before it is turned */
  square: Size;
  /** seconds at which each packet's picture begins, from the first; the end of the last */
  starts: number[];
  end: number;
}

async function measure(track: InputVideoTrack | null): Promise<Measured> {
  if (!track) throw new Refusal('clip_without_pictures', 'It has no video track.');
  const codec = await track.getCodec();
  if (codec === null || !READ.includes(codec)) {
    const found = codec === null ? `${(await track.getInternalCodecId()) ?? 'unknown'}` : codec;
    throw new Refusal('clip_codec', `Its pictures are ${NAMES[found] ?? found}.`);
  }
  const coded = { width: await track.getCodedWidth(), height: await track.getCodedHeight() };
  const square = {
    width: await track.getSquarePixelWidth(),
    height: await track.getSquarePixelHeight(),
  };
  const starts: number[] = [];
  let end = 0;
  for await (const packet of new EncodedPacketSink(track).packets(undefined, undefined, {
    metadataOnly: true,
  })) {
    starts.push(packet.timestamp);
    end = Math.max(end, packet.timestamp + packet.duration);
    if (starts.length > LIMITS.frames)
      throw new Refusal('too_many_frames', `More than ${LIMITS.frames} pictures.`);
  }
  const [first] = starts;
  if (first === undefined) throw new Refusal('clip_unreadable', 'Not one picture is left in it.');
  const wrong = wrongSize(coded, starts.length, LIMITS.clipPixels) ?? wrongSize(square, 1, LIMITS.clipPixels);
  if (wrong) throw new Refusal(wrong.code, wrong.detail);
  if (end - first > LIMITS.seconds)
    throw new Refusal('clip_too_long', `${(end - first).toFixed(1)} seconds; at most ${LIMITS.seconds}.`);
  return {
    track,
    codec: codec as ClipCodec,
    square,
    starts: starts.map((start) => start - first),
    end: end - first,
  };
}

async function decode(clip: Measured): Promise<Moving> {
  const { track, starts, end } = clip;
  const size = insideOf(clip.square, LIMITS.shownSide);
  const colour = await colourOf(track, clip.square);
  const next = await openDecoder(clip.codec);
  const wanted = keptOf(starts.length);
  const kept: { rgba: Uint8Array; start: number }[] = [];
  const keep = async (found: readonly Decoded[]) => {
    for (const { frame, packet, form } of found) {
      refuseWrong(wrongSize(frame, starts.length, LIMITS.clipPixels));
      // A packet may hold no picture of its own; then the next one stands in.
      if (packet < (wanted[0] ?? Number.POSITIVE_INFINITY)) continue;
      while (wanted[0] !== undefined && wanted[0] <= packet) wanted.shift();
      kept.push({ rgba: await toRgba(frame, { ...colour, ...form }, size), start: starts[packet] ?? 0 });
    }
  };
  const header = await headerOf(track, clip.codec);
  let index = 0;
  for await (const packet of new EncodedPacketSink(track).packets()) {
    const claimed = claimedSize(clip.codec, packet.data);
    if (claimed) refuseWrong(wrongSize(claimed, 1, LIMITS.clipPixels));
    const data = index === 0 ? Buffer.concat([header, packet.data]) : packet.data;
    await keep(await next({ data, index, isKey: packet.type === 'key' }));
    index++;
  }
  if (index < starts.length)
    throw new Refusal('clip_unreadable', `It ends after ${index} of ${starts.length} pictures.`);
  await keep(await next(null));
  if (kept.length === 0) throw new Refusal('clip_unreadable', 'Not one picture came out of it.');
  const frames = kept.map(({ rgba, start }, at) => ({
    rgba,
    milliseconds: Math.max(1, Math.round((kept[at + 1]?.start ?? end) * 1000) - Math.round(start * 1000)),
  }));
  return turn({ ok: true, ...clip.square, size, frames }, await track.getRotation(), await track.getFlip());
}

/** AV1's sequence header may stand in the container only (AV1-ISOBMFF, section 2.3: after four bytes of av1C). */
async function headerOf(track: InputVideoTrack, codec: ClipCodec): Promise<Uint8Array> {
  const description = codec === 'av1' ? (await track.getDecoderConfig())?.description : undefined;
  if (description === undefined) return new Uint8Array();
  const bytes = ArrayBuffer.isView(description)
    ? new Uint8Array(description.buffer, description.byteOffset, description.byteLength)
    : new Uint8Array(description);
  return bytes.subarray(4);
}

/** Where the file names no colour space, players take BT.709 from 720 lines up. */
async function colourOf(
  track: InputVideoTrack,
  { height }: Size,
): Promise<Pick<PixelForm, 'matrix' | 'isFullRange'>> {
  const { matrix: named, fullRange } = await track.getColorSpace();
  // The types of the browser's library leave out what Rec. BT.2020 is called.
  const matrix: string | null | undefined = named;
  const isFullRange = fullRange === true;
  if (matrix === 'bt709') return { matrix: 'bt709', isFullRange };
  if (matrix === 'bt2020-ncl') return { matrix: 'bt2020', isFullRange };
  if (matrix === 'bt470bg' || matrix === 'smpte170m') return { matrix: 'bt601', isFullRange };
  return { matrix: height >= 720 ? 'bt709' : 'bt601', isFullRange };
}

/** Turns every picture as its maker held the camera. */
async function turn(moving: Moving, rotation: number, flip: boolean): Promise<Moving> {
  if (rotation === 0 && !flip) return moving;
  const { width, height } = moving.size;
  const frames: Moving['frames'] = [];
  for (const { rgba, milliseconds } of moving.frames) {
    const turned = await sharp(rgba, { raw: { width, height, channels: 4 } })
      .rotate(rotation)
      .raw()
      .toBuffer();
    frames.push({ rgba: flip ? await flopped(turned, rotation, moving.size) : turned, milliseconds });
  }
  const isAcross = rotation % 180 !== 0;
  const swapped = (size: Size): Size => (isAcross ? { width: size.height, height: size.width } : size);
  return { ...moving, ...swapped(moving), size: swapped(moving.size), frames };
}

/** `rotation` comes before the flip. */
async function flopped(rgba: Uint8Array, rotation: number, { width, height }: Size): Promise<Uint8Array> {
  const isAcross = rotation % 180 !== 0;
  const raw = { width: isAcross ? height : width, height: isAcross ? width : height, channels: 4 } as const;
  return sharp(rgba, { raw }).flop().raw().toBuffer();
}
