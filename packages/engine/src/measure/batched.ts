/** A graph of ours applied to many rows, some at a time. */
import * as ort from 'onnxruntime-node';
import { elements, Graph, type Shape, type Value } from '../graph/graph.ts';
import { encodeModel } from '../graph/onnx.ts';

/** Rows, each of `width` numbers, one after the other. */
export type Rows = { readonly count: number; readonly width: number; readonly numbers: Float32Array };

export class Batched {
  readonly #session: ort.InferenceSession;
  readonly #shape: Shape;

  private constructor(session: ort.InferenceSession, shape: Shape) {
    this.#session = session;
    this.#shape = shape;
  }

  /**
   * @param shape of what goes in, its first axis the rows handled at once
   * @param build what is made of it, [rows, width]
   */
  static async create(
    shape: Shape,
    build: (g: Graph, x: Value) => Value,
    threads?: number,
  ): Promise<Batched> {
    const g = new Graph();
    g.output('y', build(g, g.input('x', shape)));
    const session = await ort.InferenceSession.create(encodeModel(g, 'batched'), {
      executionProviders: ['cpu'],
      graphOptimizationLevel: 'all',
      extra: { session: { intra_op: { allow_spinning: '0' }, dynamic_block_base: '4' } },
      ...(threads ? { intraOpNumThreads: threads } : {}),
    });
    return new Batched(session, shape);
  }

  /** Throws where the numbers are no whole count of rows. */
  async run(numbers: Float32Array): Promise<Rows> {
    const batch = this.#shape[0] as number;
    const size = elements(this.#shape) / batch;
    const count = numbers.length / size;
    if (!Number.isInteger(count)) throw new Error(`${numbers.length} numbers are no rows of ${size}`);
    const fed = new Float32Array(batch * size);
    let out = { count, width: 0, numbers: new Float32Array() };
    for (let at = 0; at < count; at += batch) {
      const here = Math.min(batch, count - at);
      fed.set(numbers.subarray(at * size, (at + here) * size));
      const results = await this.#session.run({ x: new ort.Tensor('float32', fed, this.#shape) });
      const made = (results.y as ort.Tensor).data as Float32Array;
      const width = made.length / batch;
      if (at === 0) out = { count, width, numbers: new Float32Array(count * width) };
      out.numbers.set(made.subarray(0, here * width), at * width);
    }
    return out;
  }

  release(): Promise<void> {
    return this.#session.release();
  }
}
