/** The upscaler at work: pictures to pictures of four times the side. */
import * as ort from 'onnxruntime-node';
import { Graph } from '../graph/graph.ts';
import { encodeModel } from '../graph/onnx.ts';
import { COLOURS, type UpscalerConfig } from './config.ts';
import type { Parameters } from './parameters.ts';
import { UPSCALE, upscale, upscalerSpecs } from './upscaler.ts';

export class Enlarger {
  readonly #config: UpscalerConfig;
  readonly #parameters: Parameters;
  readonly #options: ort.InferenceSession.SessionOptions;
  readonly #sessions = new Map<number, Promise<ort.InferenceSession>>();

  constructor(config: UpscalerConfig, parameters: Parameters, options: ort.InferenceSession.SessionOptions) {
    this.#config = config;
    this.#parameters = parameters;
    this.#options = options;
  }

  /** Pictures [n, side, side, 3] in −1 … 1 → [n, 4·side, 4·side, 3], one at a time, so memory stays small. */
  async enlarge(pixels: Float32Array, side: number): Promise<Float32Array> {
    const session = await this.#session(side);
    const size = side * side * COLOURS;
    const out = new Float32Array(pixels.length * UPSCALE * UPSCALE);
    for (let at = 0; at < pixels.length; at += size) {
      const x = new ort.Tensor('float32', pixels.subarray(at, at + size), [1, side, side, COLOURS]);
      const { y } = await session.run({ x });
      out.set((y as ort.Tensor).data as Float32Array, at * UPSCALE * UPSCALE);
    }
    return out;
  }

  #session(side: number): Promise<ort.InferenceSession> {
    const made = this.#sessions.get(side) ?? ort.InferenceSession.create(this.#graph(side), this.#options);
    this.#sessions.set(side, made);
    return made;
  }

  #graph(side: number): Uint8Array {
    const g = new Graph();
    const x = g.input('x', [1, side, side, COLOURS]);
    const weights = new Map(
      upscalerSpecs(this.#config).map(({ name, shape }) => [
        name,
        g.initializer(name, shape, this.#parameters.get(name) ?? []),
      ]),
    );
    const weight = (name: string) => {
      const value = weights.get(name);
      if (!value) throw new Error(`no parameter ${name}`);
      return value;
    };
    g.output('y', upscale(g, this.#config, weight, x));
    return encodeModel(g, 'upscale');
  }

  async release(): Promise<void> {
    for (const session of this.#sessions.values()) await (await session).release();
    this.#sessions.clear();
  }
}
