/** Low-rank terms in the transformer's graph, for training one adapter and for sampling with several. */
import type { Graph, Value } from '../graph/graph.ts';
import { add, concat, matmul, mul } from '../graph/operators.ts';
import type { Weights } from '../model/transformer.ts';
import { nameOfA, nameOfB, STYLE, WEIGHTS } from './format.ts';

/**
 * The base's weights with terms beside them. Rows of styles follow the vocabulary's: a caption's weights are
 * [batch, clauses, vocabulary + styles], and what stands in the last columns says how much of each style.
 *
 * @param term a tensor of {@link adapterSpecs} or {@link mixSpecs} by name, undefined for what is not adapted
 */
export function withTerms(
  g: Graph,
  base: (name: string) => Value,
  term: (name: string) => Value | undefined,
): Weights {
  const [style, weights] = [term(STYLE), term(WEIGHTS)];
  const words = style ? concat(g, [base('words'), style], 0) : base('words');
  return Object.assign((name: string) => (name === 'words' ? words : base(name)), {
    adapt(_: Graph, name: string, rows: Value, product: Value): Value {
      const [a, b] = [term(nameOfA(name)), term(nameOfB(name))];
      if (!a || !b) return product;
      const narrow = matmul(g, rows, a, { transposeB: true });
      return add(g, product, matmul(g, weights ? mul(g, narrow, weights) : narrow, b));
    },
  });
}
