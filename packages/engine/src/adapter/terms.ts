/** Low-rank terms in the transformer's graph, for training one adapter and for sampling with several. */
import type { Graph, Value } from '../graph/graph.ts';
import { add, concat, matmul } from '../graph/operators.ts';
import type { Weights } from '../model/transformer.ts';
import { nameOfA, nameOfB, STYLE } from './format.ts';

/**
 * The base's weights with terms beside them. Rows of styles follow the vocabulary's: a caption's weights are
 * [batch, clauses, vocabulary + styles], and what stands in the last columns says how much of each style.
 *
 * @param term a tensor of {@link adapterSpecs} by name, undefined for matrices that are not adapted
 */
export function withTerms(
  g: Graph,
  base: (name: string) => Value,
  term: (name: string) => Value | undefined,
): Weights {
  const style = term(STYLE);
  const words = style ? concat(g, [base('words'), style], 0) : base('words');
  return Object.assign((name: string) => (name === 'words' ? words : base(name)), {
    adapt(_: Graph, name: string, rows: Value, product: Value): Value {
      const [a, b] = [term(nameOfA(name)), term(nameOfB(name))];
      return a && b ? add(g, product, matmul(g, matmul(g, rows, a), b)) : product;
    },
  });
}
