/**
 * One training step as one graph: forward, loss, backward, optimizer and moving average. Every parameter and
 * optimizer state goes in as an input and comes out as `next.…`.
 */
import { differentiate } from '../graph/differentiate.ts';
import { Graph, type Shape, type Value } from '../graph/graph.ts';
import { encodeModel } from '../graph/onnx.ts';
import type { ParameterSpec, Parameters } from '../model/parameters.ts';
import { ADAMW, adamw, movingAverage, muon, type Schedule } from './optimizers.ts';

/** What is trained, on what, and towards what. */
export type StepDefinition = {
  /** Tensors the caller fills before each step, real-valued. */
  readonly inputs: readonly { readonly name: string; readonly shape: Shape }[];
  readonly specs: readonly ParameterSpec[];
  /** Parameters that are used and not trained; stored in the graph. */
  readonly frozen?: { readonly specs: readonly ParameterSpec[]; readonly parameters: Parameters };
  /** Appends the loss, a scalar, to the graph. */
  loss(g: Graph, input: (name: string) => Value, weight: (name: string) => Value): Value;
};

export type TrainingGraph = {
  model: Uint8Array;
  /** Names and shapes of what is fed back from step to step. */
  state: { name: string; shape: readonly number[] }[];
};

/** Kinds of state: p parameter, m first moment, v second moment, e moving average. */
export type StateKind = 'p' | 'm' | 'v' | 'e';
export const stateName = (kind: StateKind, parameter: string): string => `${kind}.${parameter}`;

/** State tensors of one parameter. */
export const stateKinds = (spec: ParameterSpec): StateKind[] =>
  spec.optimizer === 'muon' ? ['p', 'm', 'e'] : ['p', 'm', 'v', 'e'];

/** Looks a value up by name; throws where there is none. */
function lookup(values: ReadonlyMap<string, Value>, what: string): (name: string) => Value {
  return (name) => {
    const value = values.get(name);
    if (!value) throw new Error(`no ${what} ${name}`);
    return value;
  };
}

/** Builds the training step for the shapes of its definition's inputs. */
export function trainingGraph({ inputs, specs, frozen, loss: lossOf }: StepDefinition): TrainingGraph {
  const g = new Graph();
  const fed = new Map(inputs.map(({ name, shape }) => [name, g.input(name, shape)]));
  const schedule: Schedule = {
    rate: g.input('rate', []),
    correction1: g.input('correction1', []),
    correction2: g.input('correction2', []),
    average: g.input('average', []),
  };
  const held = new Map<string, Value>();
  const weights = new Map<string, Value>();
  const state: TrainingGraph['state'] = [];
  for (const spec of specs) {
    for (const kind of stateKinds(spec)) {
      const name = stateName(kind, spec.name);
      held.set(name, g.input(name, spec.shape));
      state.push({ name, shape: spec.shape });
    }
    weights.set(spec.name, held.get(stateName('p', spec.name)) as Value);
  }
  for (const { name, shape } of frozen?.specs ?? []) {
    weights.set(name, g.initializer(name, shape, frozen?.parameters.get(name) ?? []));
  }
  const loss = lossOf(g, lookup(fed, 'input'), lookup(weights, 'parameter'));
  const gradients = differentiate(
    g,
    loss,
    specs.map((spec) => weights.get(spec.name) as Value),
  );
  g.output('loss', loss);
  for (const [i, spec] of specs.entries()) update(g, spec, held, gradients[i] as Value, schedule);
  return { model: encodeModel(g, 'training_step'), state };
}

function update(
  g: Graph,
  spec: ParameterSpec,
  held: Map<string, Value>,
  gradient: Value,
  schedule: Schedule,
): void {
  const get = (kind: StateKind): Value => held.get(stateName(kind, spec.name)) as Value;
  const put = (kind: StateKind, value: Value): void => g.output(`next.${stateName(kind, spec.name)}`, value);
  const before = { parameter: get('p'), first: get('m') };
  if (spec.optimizer === 'muon') {
    const after = muon(g, before, gradient, schedule);
    put('p', after.parameter);
    put('m', after.first);
    put('e', movingAverage(g, get('e'), after.parameter, schedule));
    return;
  }
  const after = adamw(g, { ...before, second: get('v') }, gradient, schedule, spec.decay ? ADAMW.decay : 0);
  put('p', after.parameter);
  put('m', after.first);
  put('v', after.second);
  put('e', movingAverage(g, get('e'), after.parameter, schedule));
}
