/** An artist's moving works as whole clips to learn motion from. */
import { CLIP } from '../adapter/step.ts';
import { cameraWeights, PLAIN_VIEW } from '../model/camera.ts';
import { COLOURS, type ModelConfig, pictureSize, sampleLength } from '../model/config.ts';
import { Random } from '../random.ts';
import { clipNoise } from '../sample/latent.ts';
import { drawTimes } from './definitions.ts';
import { cutClip } from './footage.ts';
import { type Caption, captionRow, type Picture, type Seen, type StyleRow } from './material.ts';
import { SMALL } from './set.ts';
import type { Trainer } from './trainer.ts';

type Moving = {
  readonly item: number;
  /** frames × sample. */
  readonly samples: Float32Array;
  /** Weights of camera and motion. */
  readonly control: readonly number[];
};

/** Frames of one moving work, stretched over a clip. */
function movingOf(pictures: readonly Picture[], seen: readonly Seen[], config: ModelConfig): Moving {
  const frames = config.temporal?.frames ?? 1;
  const length = sampleLength(config);
  const samples = new Float32Array(frames * length);
  for (let f = 0; f < frames; f++) {
    const { samples: views } = seen[Math.floor((f * seen.length) / frames)] as Seen;
    samples.set(views.subarray(0, length), f * length);
  }
  const size = SMALL * SMALL * COLOURS;
  const rgb = new Uint8Array(pictures.length * size);
  for (const [i, picture] of pictures.entries()) rgb.set(picture.rgb, i * size);
  const footage = { rgb, frames: pictures.length, width: SMALL, height: SMALL };
  const { width: side } = pictureSize(config);
  const pixels = new Float32Array(frames * side * side * COLOURS);
  const { motion, recolour } = cutClip(new Random(0), footage, { frames, side }, pixels);
  const { item } = seen[0] as Seen;
  return { item, samples, control: [...cameraWeights(PLAIN_VIEW), motion, recolour] };
}

export class MovingFeed {
  readonly #works: readonly Moving[];
  readonly #captions: readonly Caption[];
  readonly #config: ModelConfig;
  readonly #style: StyleRow;

  /** @param seen as {@link lookAt} made it of `pictures`, in the same order */
  constructor(
    pictures: readonly Picture[],
    seen: readonly Seen[],
    captions: readonly Caption[],
    config: ModelConfig,
    style: StyleRow,
  ) {
    const byItem = captions.map((_, item) =>
      pictures.flatMap((picture, i) => (picture.item === item ? [i] : [])),
    );
    this.#works = byItem
      .filter((own) => own.length > 1)
      .map((own) =>
        movingOf(
          own.map((i) => pictures[i] as Picture),
          own.map((i) => seen[i] as Seen),
          config,
        ),
      );
    this.#captions = captions;
    this.#config = config;
    this.#style = style;
  }

  /** Fills the inputs of a step that are about a clip. */
  fill({ random, inputs }: Trainer): void {
    const { item, samples, control } = this.#works[random.below(this.#works.length)] as Moving;
    const of = (name: string): Float32Array => inputs[`${CLIP}${name}`] as Float32Array;
    of('sample').set(samples);
    const frames = of('time').length;
    const row = new Float32Array(of('words').length / frames);
    captionRow(random, this.#captions[item] as Caption, this.#style, row);
    row.set(control);
    for (let f = 0; f < frames; f++) of('words').set(row, f * row.length);
    const fresh = (): Float32Array => random.fillNormal(new Float32Array(sampleLength(this.#config)));
    of('noise').set(clipNoise(fresh(), frames, fresh));
    drawTimes(random, of('time').subarray(0, 1));
    of('time').fill(of('time')[0] as number);
  }
}
