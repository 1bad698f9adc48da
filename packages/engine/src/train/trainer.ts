/**
 * Runs training steps. State lives in two sets of buffers that change places each step: the runtime reads
 * one and writes the other, so nothing is copied and memory stays flat.
 */
import * as ort from 'onnxruntime-node';
import { elements } from '../graph/graph.ts';
import { freshParameters, type ParameterSpec, type Parameters } from '../model/parameters.ts';
import { Random } from '../random.ts';
import type { StoredTensor } from '../storage/safetensors.ts';
import { ADAMW } from './optimizers.ts';
import { type StepDefinition, stateKinds, stateName, trainingGraph } from './step.ts';

export type TrainerOptions = {
  readonly step: StepDefinition;
  readonly seed: number;
  readonly provider?: 'cpu' | 'webgpu' | 'cuda';
  readonly threads?: number;
};

type TensorSet = Record<string, ort.Tensor>;

export class Trainer {
  /** Inputs of the next step by name, written by the caller. */
  readonly inputs: Readonly<Record<string, Float32Array>>;
  /** Samples a step: the first axis of every input. */
  readonly batch: number;
  /** Steps done. */
  step = 0;
  /** Chance of this run: fresh parameters come from it, and samples should, so that a run can be repeated. */
  readonly random: Random;
  readonly #specs: readonly ParameterSpec[];
  readonly #session: ort.InferenceSession;
  readonly #fixed: TensorSet;
  #now: TensorSet;
  #next: TensorSet;

  private constructor({ step, seed }: TrainerOptions, session: ort.InferenceSession) {
    this.random = new Random(seed);
    this.batch = step.inputs[0]?.shape[0] ?? 0;
    this.#specs = step.specs;
    this.#session = session;
    this.#fixed = Object.fromEntries(
      step.inputs.map(({ name, shape }) => [
        name,
        new ort.Tensor('float32', new Float32Array(elements(shape)), shape),
      ]),
    );
    this.inputs = Object.fromEntries(
      Object.entries(this.#fixed).map(([name, tensor]) => [name, tensor.data as Float32Array]),
    );
    this.#now = stateTensors(step.specs);
    this.#next = stateTensors(step.specs);
    this.setParameters(freshParameters(step.specs, () => this.random.normal()));
  }

  static async create(options: TrainerOptions): Promise<Trainer> {
    const { model } = trainingGraph(options.step);
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
    for (const spec of this.#specs) {
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
    return new Map(this.#specs.map(({ name }) => [name, this.#array(stateName(kind, name))]));
  }

  /** Every tensor a resumed run needs, as views; {@link random} and {@link step} belong to it too. */
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
   * One step on what stands in {@link inputs}.
   *
   * @param rate step size
   * @param average decay of the moving average
   * @returns the loss before the step
   */
  async run(rate: number, average: number): Promise<number> {
    const k = this.step + 1;
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

function stateTensors(specs: readonly ParameterSpec[]): TensorSet {
  const set: TensorSet = {};
  for (const spec of specs) {
    for (const kind of stateKinds(spec)) {
      const array = new Float32Array(elements(spec.shape));
      set[stateName(kind, spec.name)] = new ort.Tensor('float32', array, spec.shape);
    }
  }
  return set;
}
