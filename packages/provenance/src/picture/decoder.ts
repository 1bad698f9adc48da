/** VP8 and VP9 by libvpx, AV1 by libaom, as @libav.js/variant-* carry them in WebAssembly: in this process' own time. */
import type { PixelForm, PlanarFrame } from './planes.ts';

/** Codecs of clips that are decoded here. H.264 and H.265 are not: no decoder we may ship reads what cameras write. */
export type ClipCodec = 'vp8' | 'vp9' | 'av1';

/** A decoded picture and the number of the packet it came from. */
export interface Decoded {
  frame: PlanarFrame;
  packet: number;
  form: Pick<PixelForm, 'depth' | 'halvedAcross' | 'halvedDown' | 'isGrey'> & { isRgb: boolean };
}

type AvFrame = PlanarFrame & { format: number; pts: number };
type LibAV = {
  av_log_set_level(level: number): Promise<void>;
  ff_init_decoder(name: string): Promise<[number, number, number, number]>;
  ff_decode_multi(
    context: number,
    packet: number,
    frame: number,
    packets: object[],
    options: { fin: boolean; copyoutFrame: 'video' },
  ): Promise<AvFrame[]>;
  av_pix_fmt_desc_get(format: number): Promise<number>;
  AVPixFmtDescriptor_comp_depth(descriptor: number, component: number): Promise<number>;
  AVPixFmtDescriptor_flags(descriptor: number): Promise<number>;
  AVPixFmtDescriptor_log2_chroma_w(descriptor: number): Promise<number>;
  AVPixFmtDescriptor_log2_chroma_h(descriptor: number): Promise<number>;
  AVPixFmtDescriptor_nb_components(descriptor: number): Promise<number>;
};

/** FFmpeg's libavutil/log.h: nothing is logged. */
const AV_LOG_QUIET = -8;
/** FFmpeg's libavutil/pixdesc.h. */
const AV_PIX_FMT_FLAG_RGB = 1 << 5;
/** FFmpeg's libavcodec/packet.h. */
const AV_PKT_FLAG_KEY = 1;

async function load(codec: ClipCodec): Promise<LibAV> {
  const loaded =
    codec === 'av1' ? await import('@libav.js/variant-av1-opus') : await import('@libav.js/variant-webm-vp9');
  const factory = loaded.default as unknown as { LibAV(options: object): Promise<LibAV> };
  const libav = await factory.LibAV({ noworker: true, nothreads: true });
  await libav.av_log_set_level(AV_LOG_QUIET);
  return libav;
}

/**
 * The size that a key frame of VP8 (RFC 6386, section 9.1) or of VP9's profile 0 (its bitstream specification,
 * section 7.2) says of itself; null where it says none. A decoder takes memory by it before it looks at the rest,
 * whatever the box around it says.
 */
export function claimedSize(codec: ClipCodec, data: Uint8Array): { width: number; height: number } | null {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  if (codec === 'vp8' && data.length >= 10 && (view.getUint8(0) & 1) === 0)
    return { width: view.getUint16(6, true) & 0x3fff, height: view.getUint16(8, true) & 0x3fff };
  // Frame marker 2, profile 0, a new frame, a key frame; then the sync code, half a byte of colour, the size.
  if (codec === 'vp9' && data.length >= 9 && view.getUint8(0) >> 2 === 0b100000)
    return {
      width: ((view.getUint32(4) >>> 12) & 0xffff) + 1,
      height: ((view.getUint32(5) >>> 4) & 0xffff) + 1,
    };
  return null;
}

/**
 * A decoder for one clip. Feed it packet after packet, last one `null`; each call returns the pictures that came
 * out. Throws what the decoder throws on damaged packets. Its memory is freed with the process only.
 */
export async function openDecoder(codec: ClipCodec) {
  const libav = await load(codec);
  const [, context, packet, frame] = await libav.ff_init_decoder(
    { vp8: 'libvpx', vp9: 'libvpx-vp9', av1: 'libaom-av1' }[codec],
  );
  const forms = new Map<number, Decoded['form']>();
  return async (given: { data: Uint8Array; index: number; isKey: boolean } | null): Promise<Decoded[]> => {
    const packets = given
      ? [{ data: given.data, pts: given.index, ptshi: 0, flags: given.isKey ? AV_PKT_FLAG_KEY : 0 }]
      : [];
    const options = { fin: given === null, copyoutFrame: 'video' } as const;
    const frames = await libav.ff_decode_multi(context, packet, frame, packets, options);
    const decoded: Decoded[] = [];
    for (const one of frames) {
      const form = forms.get(one.format) ?? (await formOf(libav, one.format));
      forms.set(one.format, form);
      decoded.push({ frame: one, packet: one.pts, form });
    }
    return decoded;
  };
}

async function formOf(libav: LibAV, format: number): Promise<Decoded['form']> {
  const descriptor = await libav.av_pix_fmt_desc_get(format);
  return {
    depth: await libav.AVPixFmtDescriptor_comp_depth(descriptor, 0),
    halvedAcross: await libav.AVPixFmtDescriptor_log2_chroma_w(descriptor),
    halvedDown: await libav.AVPixFmtDescriptor_log2_chroma_h(descriptor),
    isGrey: (await libav.AVPixFmtDescriptor_nb_components(descriptor)) === 1,
    isRgb: ((await libav.AVPixFmtDescriptor_flags(descriptor)) & AV_PIX_FMT_FLAG_RGB) !== 0,
  };
}
