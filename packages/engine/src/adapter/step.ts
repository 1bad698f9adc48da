/** The training of an adapter, as the definition of a step. */
import type { Graph, Value } from '../graph/graph.ts';
import { add, mul } from '../graph/operators.ts';
import { type ModelConfig, patchLength, tokensOf } from '../model/config.ts';
import { type Parameters, parameterSpecs, temporalSpecs } from '../model/parameters.ts';
import { flowLoss } from '../train/definitions.ts';
import type { StepDefinition } from '../train/step.ts';
import { adapterSpecs, stillsOnly } from './format.ts';
import { withTerms } from './terms.ts';

/** Inputs about a whole clip have the names of those about stills, after this. */
export const CLIP = 'clip.';

/**
 * Low-rank terms and a style on a base at rest. Inputs: `sample` [batch, height, width, channels], `noise`
 * [batch, tokens, patch], `time` [batch], `words` [batch, clauses, vocabulary + 1], the style's weight last.
 * With `moving`, the temporal modules are adapted too, on one clip a step: the same inputs again, their names
 * after {@link CLIP}, for a batch of its frames. Loss: that on stills, or the mean of both.
 */
export function adapterStep(
  config: ModelConfig,
  base: Parameters,
  { batch, rank, moving }: { readonly batch: number; readonly rank: number; readonly moving: boolean },
): StepDefinition {
  const specs = adapterSpecs(moving ? config : stillsOnly(config), rank);
  const trained = new Set(specs.map(({ name }) => name));
  const frames = config.temporal?.frames ?? 1;
  return {
    inputs: [...inputsOf(config, batch, ''), ...(moving ? inputsOf(config, frames, CLIP) : [])],
    specs,
    frozen: {
      specs: [...parameterSpecs(config), ...(moving ? temporalSpecs(config) : [])],
      parameters: base,
    },
    loss(g: Graph, input: (name: string) => Value, weight: (name: string) => Value): Value {
      const weights = withTerms(g, weight, (name) => (trained.has(name) ? weight(name) : undefined));
      const still = flowLoss(g, config, input, weights, false);
      if (!moving) return still;
      const clip = flowLoss(g, config, (name) => input(`${CLIP}${name}`), weights, true);
      return mul(g, add(g, still, clip), 0.5);
    },
  };
}

const inputsOf = (config: ModelConfig, batch: number, stem: string) => [
  { name: `${stem}sample`, shape: [batch, config.height, config.width, config.channels] },
  { name: `${stem}noise`, shape: [batch, tokensOf(config), patchLength(config)] },
  { name: `${stem}time`, shape: [batch] },
  { name: `${stem}words`, shape: [batch, config.clauses, config.words + 1] },
];
