/** The autoencoder at work: pictures to latents and back, in sessions of the runtime. */
import * as ort from 'onnxruntime-node';
import { Graph, type Shape, type Value } from '../graph/graph.ts';
import { encodeModel } from '../graph/onnx.ts';
import {
  autoencoderSpecs,
  decodeLatents,
  denormalised,
  encodeLatents,
  latentSpecs,
  normalised,
} from './autoencoder.ts';
import { type AutoencoderConfig, COLOURS, LATENT_SCALE } from './config.ts';
import type { Parameters } from './parameters.ts';

type Direction = 'encode' | 'decode';

/** Pictures or latents handled in one run; more are done in turns. */
const BATCH = 16;

export class Codec {
  readonly config: AutoencoderConfig;
  readonly #parameters: Parameters;
  readonly #options: ort.InferenceSession.SessionOptions;
  readonly #sessions = new Map<string, Promise<ort.InferenceSession>>();

  /** @param parameters of the network and, where latents are to be normalised, `latent.mean` and `latent.deviation` */
  constructor(
    config: AutoencoderConfig,
    parameters: Parameters,
    options: ort.InferenceSession.SessionOptions,
  ) {
    this.config = config;
    this.#parameters = parameters;
    this.#options = options;
  }

  /**
   * Pictures [n, side, side, 3] in −1 … 1 → normalised latents [n, side/4, side/4, channels].
   *
   * @param side pixels, a multiple of 4
   */
  encode(pixels: Float32Array, side: number): Promise<Float32Array> {
    const small = side / LATENT_SCALE;
    return this.#run('encode', pixels, [side, side, COLOURS], [small, small, this.config.channels]);
  }

  /** Normalised latents [n, side, side, channels] → pictures [n, 4·side, 4·side, 3]; values may leave −1 … 1. */
  decode(latents: Float32Array, side: number): Promise<Float32Array> {
    const large = side * LATENT_SCALE;
    return this.#run('decode', latents, [side, side, this.config.channels], [large, large, COLOURS]);
  }

  async #run(direction: Direction, numbers: Float32Array, from: Shape, to: Shape): Promise<Float32Array> {
    const size = from.reduce((a, b) => a * b, 1);
    const made = to.reduce((a, b) => a * b, 1);
    const count = numbers.length / size;
    const out = new Float32Array(count * made);
    for (let at = 0; at < count; at += BATCH) {
      const batch = Math.min(BATCH, count - at);
      const session = await this.#session(direction, [batch, ...from]);
      const piece = numbers.subarray(at * size, (at + batch) * size);
      const results = await session.run({ x: new ort.Tensor('float32', piece, [batch, ...from]) });
      out.set((results.y as ort.Tensor).data as Float32Array, at * made);
    }
    return out;
  }

  #session(direction: Direction, shape: Shape): Promise<ort.InferenceSession> {
    const key = `${direction} ${shape}`;
    const made =
      this.#sessions.get(key) ?? ort.InferenceSession.create(this.#graph(direction, shape), this.#options);
    this.#sessions.set(key, made);
    return made;
  }

  #graph(direction: Direction, shape: Shape): Uint8Array {
    const g = new Graph();
    const x = g.input('x', shape);
    const specs = new Map(
      [...autoencoderSpecs(this.config), ...latentSpecs(this.config)].map((s) => [s.name, s]),
    );
    const held = new Map<string, Value>();
    const weight = (name: string): Value => {
      const value =
        held.get(name) ?? g.initializer(name, specs.get(name)?.shape ?? [], this.#parameters.get(name) ?? []);
      held.set(name, value);
      return value;
    };
    const y =
      direction === 'encode'
        ? normalised(g, weight, encodeLatents(g, weight, x))
        : decodeLatents(g, weight, denormalised(g, weight, x));
    g.output('y', y);
    return encodeModel(g, direction);
  }

  async release(): Promise<void> {
    for (const session of this.#sessions.values()) await (await session).release();
    this.#sessions.clear();
  }
}

/** Mean and deviation of each channel of latents [n, …, channels], to be kept beside the network. */
export function latentStatistics(latents: Float32Array, channels: number): Parameters {
  const mean = new Float64Array(channels);
  const square = new Float64Array(channels);
  const count = latents.length / channels;
  for (let i = 0; i < latents.length; i++) {
    const n = latents[i] as number;
    mean[i % channels] = (mean[i % channels] as number) + n / count;
    square[i % channels] = (square[i % channels] as number) + (n * n) / count;
  }
  const deviation = Float32Array.from(square, (s, c) =>
    Math.sqrt(Math.max(1e-8, s - (mean[c] as number) ** 2)),
  );
  return new Map([
    ['latent.mean', Float32Array.from(mean)],
    ['latent.deviation', deviation],
  ]);
}
