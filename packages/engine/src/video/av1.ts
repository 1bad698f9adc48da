/** AV1 by libaom in WebAssembly (@libav.js/variant-av1-opus), muxed into MP4 by mediabunny. */
import libavFactory from '@libav.js/variant-av1-opus';
import { BufferTarget, EncodedPacket, EncodedVideoPacketSource, Mp4OutputFormat, Output } from 'mediabunny';
import { type Planar, toPlanar } from './colour.ts';

export type Clip = {
  /** frames × height × width × 3 bytes */
  readonly rgb: Uint8Array;
  readonly count: number;
  readonly width: number;
  readonly height: number;
};

type Packet = { data: Uint8Array; flags?: number; pts?: number };
/** FFmpeg's libavutil/log.h. */
const AV_LOG_ERROR = 16;

type LibAV = {
  av_log_set_level(level: number): Promise<void>;
  ff_init_encoder(name: string, options: object): Promise<[number, number, number, number]>;
  ff_encode_multi(
    context: number,
    frame: number,
    packet: number,
    frames: object[],
    end: boolean,
  ): Promise<Packet[]>;
  ff_free_encoder(context: number, frame: number, packet: number): Promise<void>;
};

let loading: Promise<LibAV> | undefined;

/** Loads the encoder once for each process (about 0.2 s); called early so that the first clip need not wait. */
export function loadEncoder(): Promise<LibAV> {
  const factory = libavFactory as unknown as { LibAV(options: object): Promise<LibAV> };
  loading ??= factory.LibAV({ noworker: true, nothreads: true }).then(async (libav) => {
    await libav.av_log_set_level(AV_LOG_ERROR);
    return libav;
  });
  return loading;
}

/** Realtime usage, the fastest preset; `crf` 0 (best) … 63. */
const OPTIONS = {
  usage: 'realtime',
  'cpu-used': '8',
  'aom-params': 'cpu-used=9:tune-content=screen',
  crf: '20',
  'lag-in-frames': '0',
  colorspace: 'bt709',
  color_primaries: 'bt709',
  color_trc: 'bt709',
  color_range: 'tv',
};

async function encodePackets(planes: Planar[], fps: number): Promise<Packet[]> {
  const { width, height } = planes[0] as Planar;
  const libav = await loadEncoder();
  const [, context, frame, packet] = await libav.ff_init_encoder('libaom-av1', {
    ctx: {
      width,
      height,
      pix_fmt: 0,
      framerate_num: fps,
      framerate_den: 1,
      bit_rate: 0,
      gop_size: planes.length,
    },
    time_base: [1, fps],
    options: OPTIONS,
  });
  try {
    const frames = planes.map((plane, i) => ({ ...plane, format: 0, pts: i, ptshi: 0 }));
    return await libav.ff_encode_multi(context, frame, packet, frames, true);
  } finally {
    await libav.ff_free_encoder(context, frame, packet);
  }
}

/** AV1 level for a picture size at up to 60 pictures a second (AV1 specification, annex A.3), as in `av01.0.LLM.08`. */
function levelOf(width: number, height: number): string {
  const pixels = width * height;
  if (pixels <= 147_456) return '00';
  if (pixels <= 278_784) return '01';
  if (pixels <= 665_856) return '04';
  return pixels <= 2_359_296 ? '08' : '12';
}

/**
 * A clip as an MP4 file: AV1 main profile, 8 bit 4:2:0 BT.709, `moov` before `mdat`, no `free` boxes.
 *
 * @param fps pictures a second, a whole number
 * @param scale whole-number enlargement
 */
export async function encodeMp4(clip: Clip, fps: number, scale: number): Promise<Uint8Array> {
  const size = clip.width * clip.height * 3;
  const planes = Array.from({ length: clip.count }, (_, i) =>
    toPlanar(clip.rgb.subarray(i * size, (i + 1) * size), clip.width, clip.height, scale),
  );
  const packets = await encodePackets(planes, fps);
  const { width, height } = planes[0] as Planar;
  const target = new BufferTarget();
  const output = new Output({ format: new Mp4OutputFormat({ fastStart: 'in-memory' }), target });
  const source = new EncodedVideoPacketSource('av1');
  output.addVideoTrack(source, { frameRate: fps });
  await output.start();
  const decoderConfig = {
    codec: `av01.0.${levelOf(width, height)}M.08`,
    codedWidth: width,
    codedHeight: height,
    colorSpace: { primaries: 'bt709', transfer: 'bt709', matrix: 'bt709', fullRange: false },
  } as const;
  for (const [i, packet] of packets.entries()) {
    const kind = (packet.flags ?? 0) & 1 ? 'key' : 'delta';
    await source.add(new EncodedPacket(packet.data, kind, i / fps, 1 / fps), { decoderConfig });
  }
  await output.finalize();
  if (!target.buffer) throw new Error('the muxer wrote nothing');
  const bytes = new Uint8Array(target.buffer);
  clearTimes(bytes);
  return bytes;
}

/** Boxes on the way to those that hold a time of making (ISO/IEC 14496-12, sections 8.2 to 8.4). */
const CONTAINERS = new Set(['moov', 'trak', 'mdia']);
const TIMED = new Set(['mvhd', 'tkhd', 'mdhd']);

/** Sets the times of making to zero ("unknown"), so that the same frames give the same bytes. */
function clearTimes(bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at + 8 <= bytes.length; at += view.getUint32(at)) {
    const name = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    if (CONTAINERS.has(name)) clearTimes(bytes.subarray(at + 8, at + view.getUint32(at)));
    // Version 0 holds two times of four bytes, version 1 two of eight, after version and flags.
    if (TIMED.has(name)) bytes.fill(0, at + 12, at + 12 + (bytes[at + 8] === 1 ? 16 : 8));
    if (view.getUint32(at) < 8) throw new Error(`box ${name} is shorter than its own head`);
  }
}
