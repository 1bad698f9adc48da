/** The training of an adapter, as the definition of a step. */
import { type ModelConfig, patchLength, tokensOf } from '../model/config.ts';
import { type Parameters, parameterSpecs } from '../model/parameters.ts';
import { flowLoss } from '../train/definitions.ts';
import type { StepDefinition } from '../train/step.ts';
import { adapterSpecs } from './format.ts';
import { withTerms } from './terms.ts';

/**
 * Low-rank terms and a style on a base at rest. Inputs: `sample` [batch, height, width, channels], `noise`
 * [batch, tokens, patch], `time` [batch], `words` [batch, clauses, vocabulary + 1], the style's weight last.
 */
export function adapterStep(
  config: ModelConfig,
  base: Parameters,
  { batch, rank }: { readonly batch: number; readonly rank: number },
): StepDefinition {
  const specs = adapterSpecs(config, rank);
  const trained = new Set(specs.map(({ name }) => name));
  return {
    inputs: [
      { name: 'sample', shape: [batch, config.height, config.width, config.channels] },
      { name: 'noise', shape: [batch, tokensOf(config), patchLength(config)] },
      { name: 'time', shape: [batch] },
      { name: 'words', shape: [batch, config.clauses, config.words + 1] },
    ],
    specs,
    frozen: { specs: parameterSpecs(config), parameters: base },
    loss(g, input, weight) {
      const term = (name: string) => (trained.has(name) ? weight(name) : undefined);
      return flowLoss(g, config, input, withTerms(g, weight, term), false);
    },
  };
}
