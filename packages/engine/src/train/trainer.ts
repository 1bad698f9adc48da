/**
 * Runs training steps. State lives in two sets of buffers that change places each step: the runtime reads
 * one and writes the other, so nothing is copied and memory stays flat.
 */
import * as ort from 'onnxruntime-node';
import { elements } from '../graph/graph.ts';
import { type ModelConfig, patchLength, sampleLength, tokensOf } from '../model/config.ts';
import { freshParameters, type Parameters, parameterSpecs } from '../model/parameters.ts';
import { Random } from '../random.ts';
import type { StoredTensor } from '../storage/safetensors.ts';
import { ADAMW } from './optimizers.ts';
import { stateKinds, stateName, trainingGraph } from './step.ts';

export type TrainerOptions = {
  config: ModelConfig;
  /** Samples a step. */
  batch: number;
  seed: number;
  provider?: 'cpu' | 'webgpu' | 'cuda';
  threads?: number;
};

type TensorSet = Record<string, ort.Tensor>;

export class Trainer {
  readonly config: ModelConfig;
  readonly batch: number;
  /** Inputs of the next step, written by the caller: pixels in −1 … 1 and word weights. */
  readonly pixels: Float32Array;
  readonly words: Float32Array;
  /** Steps done. */
  step = 0;
  readonly random: Random;
  readonly #session: ort.InferenceSession;
  readonly #noise: Float32Array;
  readonly #time: Float32Array;
  readonly #fixed: TensorSet;
  #now: TensorSet;
  #next: TensorSet;

  private constructor(options: TrainerOptions, session: ort.InferenceSession) {
    const { config, batch } = options;
    this.config = config;
    this.batch = batch;
    this.random = new Random(options.seed);
    this.#session = session;
    this.pixels = new Float32Array(batch * sampleLength(config));
    this.words = new Float32Array(batch * config.words);
    this.#noise = new Float32Array(batch * sampleLength(config));
    this.#time = new Float32Array(batch);
    const { frames, height, width } = config;
    this.#fixed = {
      pixels: new ort.Tensor('float32', this.pixels, [batch, frames, height, width, 3]),
      noise: new ort.Tensor('float32', this.#noise, [batch, tokensOf(config), patchLength(config)]),
      time: new ort.Tensor('float32', this.#time, [batch]),
      words: new ort.Tensor('float32', this.words, [batch, config.words]),
    };
    this.#now = stateTensors(config);
    this.#next = stateTensors(config);
    this.setParameters(freshParameters(config, () => this.random.normal()));
  }

  static async create(options: TrainerOptions): Promise<Trainer> {
    const { model } = trainingGraph(options.config, options.batch);
    const session = await ort.InferenceSession.create(model, {
      executionProviders: [options.provider ?? 'cpu'],
      graphOptimizationLevel: 'all',
      // On a shared machine a thread that waits should sleep, and work should come in pieces small enough
      // that one thread's lost time slice does not hold up the other.
      extra: { session: { intra_op: { allow_spinning: '0' }, dynamic_block_base: '4' } },
      ...(options.threads ? { intraOpNumThreads: options.threads } : {}),
    });
    return new Trainer(options, session);
  }

  /** Starts from given parameters, with empty optimizer moments and the average at the parameters. */
  setParameters(parameters: Parameters): void {
    for (const spec of parameterSpecs(this.config)) {
      const source = parameters.get(spec.name);
      if (source?.length !== elements(spec.shape))
        throw new Error(`no parameter ${spec.name} of [${spec.shape}]`);
      for (const kind of stateKinds(spec)) {
        const target = this.#array(stateName(kind, spec.name));
        if (kind === 'p' || kind === 'e') target.set(source);
        else target.fill(0);
      }
    }
  }

  #array(name: string): Float32Array {
    return (this.#now[name] as ort.Tensor).data as Float32Array;
  }

  /** The parameters ('p') or their moving average ('e'), as views that the next step overwrites. */
  parameters(kind: 'p' | 'e'): Parameters {
    return new Map(parameterSpecs(this.config).map(({ name }) => [name, this.#array(stateName(kind, name))]));
  }

  /** Everything a resumed run needs, as views. */
  state(): Map<string, StoredTensor> {
    return new Map(
      Object.entries(this.#now).map(([name, t]) => [
        name,
        { shape: t.dims, numbers: t.data as Float32Array },
      ]),
    );
  }

  /** Puts back what {@link state} gave. Throws where a tensor is missing or has another shape. */
  restore(state: ReadonlyMap<string, StoredTensor>, step: number): void {
    for (const [name, tensor] of Object.entries(this.#now)) {
      const stored = state.get(name);
      if (stored?.numbers.length !== tensor.size)
        throw new Error(`checkpoint lacks ${name} of [${tensor.dims}]`);
      (tensor.data as Float32Array).set(stored.numbers);
    }
    this.step = step;
  }

  /**
   * One step on what stands in `pixels` and `words`. Times are logit-normal (Esser et al. 2024, section
   * 3.1), σ(z) with z standard normal. Returns the loss before the step.
   */
  async run(rate: number, average: number): Promise<number> {
    const k = this.step + 1;
    this.random.fillNormal(this.#noise);
    for (let i = 0; i < this.batch; i++) this.#time[i] = 1 / (1 + Math.exp(-this.random.normal()));
    const scalar = (n: number): ort.Tensor => new ort.Tensor('float32', [n], []);
    const feeds = {
      ...this.#fixed,
      ...this.#now,
      rate: scalar(rate),
      correction1: scalar(1 / (1 - ADAMW.beta1 ** k)),
      correction2: scalar(1 / (1 - ADAMW.beta2 ** k)),
      average: scalar(average),
    };
    const fetches: Record<string, ort.Tensor | null> = { loss: null };
    for (const [name, tensor] of Object.entries(this.#next)) fetches[`next.${name}`] = tensor;
    const results = await this.#session.run(feeds, fetches);
    [this.#now, this.#next] = [this.#next, this.#now];
    this.step = k;
    return Number((results.loss as ort.Tensor).data[0]);
  }

  async release(): Promise<void> {
    await this.#session.release();
  }
}

function stateTensors(config: ModelConfig): TensorSet {
  const set: TensorSet = {};
  for (const spec of parameterSpecs(config)) {
    for (const kind of stateKinds(spec)) {
      const array = new Float32Array(elements(spec.shape));
      set[stateName(kind, spec.name)] = new ort.Tensor('float32', array, spec.shape);
    }
  }
  return set;
}
