/**
 * Rewrites a finished graph for inference: attention becomes one operator of the runtime's own
 * (com.microsoft MultiHeadAttention, https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md).
 * Only what measured faster on the CPU stands here. Fused operators have no gradients.
 */
import type { Attribute, Graph, Node, Value } from './graph.ts';
import { float, int } from './graph.ts';
import { matmul, reshape, split } from './operators.ts';

/** What made each value, and what reads it. */
class Links {
  readonly #makers = new Map<Value, Node>();
  readonly #readers = new Map<Value, Node[]>();

  constructor(nodes: readonly Node[]) {
    for (const node of nodes) {
      for (const y of node.outputs) this.#makers.set(y, node);
      for (const x of new Set(node.inputs)) this.#readers.set(x, [...(this.#readers.get(x) ?? []), node]);
    }
  }

  /** The node that made a value, where it is the operator asked for. */
  made(value: Value | undefined, op: string): Node | undefined {
    const node = value && this.#makers.get(value);
    return node?.op === op ? node : undefined;
  }

  /** The only reader of a node's first output, where it is the operator asked for. */
  read(node: Node | undefined, op: string): Node | undefined {
    const readers = (node && this.#readers.get(node.outputs[0] as Value)) ?? [];
    return readers.length === 1 && readers[0]?.op === op ? readers[0] : undefined;
  }
}

const permutes = (node: Node | undefined, order: string): boolean =>
  node?.op === 'Transpose' && String((node.attributes.perm as Attribute & { kind: 'ints' }).value) === order;

/** Softmax(scale·Q·Kᵀ)·V over heads that were cut from one projection, as `model/transformer.ts` writes it. */
type Attention = {
  /** The product of all rows with the projection, elements [batch, tokens, 3 · dim]. */
  projected: Value;
  heads: number;
  scale: number;
  /** The node whose output is the heads joined again, [batch, tokens, dim]. */
  last: Node;
};

/** The attention around a softmax, if it is one. */
function attentionAround(g: Graph, links: Links, softmax: Node): Attention | undefined {
  const scaled = links.made(softmax.inputs[0], 'Mul');
  const scores = links.made(scaled?.inputs[0], 'MatMul');
  const turned = links.made(scores?.inputs[1], 'Transpose');
  const cut = links.made(scores?.inputs[0], 'Split');
  const mixed = links.read(softmax, 'MatMul');
  const back = links.read(mixed, 'Transpose');
  const last = links.read(back, 'Reshape');
  const scale = scalarOf(g, scaled?.inputs[1]);
  if (!cut || !turned || !mixed || !last || scale === undefined) return undefined;
  const [q, k, v] = cut.outputs;
  const byHead = links.made(cut.inputs[0], 'Transpose');
  const shaped = links.made(byHead?.inputs[0], 'Reshape');
  const whole =
    permutes(turned, '0,1,3,2') && permutes(byHead, '0,2,1,3') && permutes(back, '0,2,1,3') && shaped;
  if (!whole || scores?.inputs[0] !== q || turned.inputs[0] !== k || mixed.inputs[1] !== v) return undefined;
  const heads = (q as Value).shape[1] as number;
  return { projected: shaped.inputs[0] as Value, heads, scale, last };
}

function numbersOf(g: Graph, value: Value | undefined): Float32Array | undefined {
  const stored = g.initializers.find((i) => i.value === value);
  if (stored?.value.dtype !== 'float32') return undefined;
  const { buffer, byteOffset, byteLength } = stored.bytes;
  return new Float32Array(buffer as ArrayBuffer, byteOffset, byteLength / 4);
}

function scalarOf(g: Graph, value: Value | undefined): number | undefined {
  return value?.shape.length === 0 ? numbersOf(g, value)?.[0] : undefined;
}

/**
 * Queries, keys and values, [batch, tokens, dim] each. A stored projection is cut into three, so that three
 * products write them where they are read; one that is fed is applied whole and its result cut.
 */
function projections(g: Graph, links: Links, { projected, last }: Attention): Value[] {
  const shape = (last.outputs[0] as Value).shape as [number, number, number];
  const dim = shape[2];
  let rows = projected;
  for (let node = links.made(rows, 'Reshape'); node; node = links.made(rows, 'Reshape'))
    rows = node.inputs[0] as Value;
  const product = links.made(rows, 'Gemm');
  const weight = product?.inputs.length === 2 ? numbersOf(g, product.inputs[1]) : undefined;
  if (product && weight) {
    return [0, 1, 2].map((part) => {
      const third = thirdOf(weight, dim, part);
      const stored = g.initializer('projection', [third.length / dim, dim], third);
      return reshape(g, matmul(g, product.inputs[0] as Value, stored), shape);
    });
  }
  return split(g, reshape(g, projected, [shape[0], shape[1], 3 * dim]), [dim, dim, dim], 2);
}

/** Columns part · dim … (part + 1) · dim − 1 of a matrix with 3 · dim columns. */
function thirdOf(matrix: Float32Array, dim: number, part: number): Float32Array {
  const rows = matrix.length / (3 * dim);
  const third = new Float32Array(rows * dim);
  for (let row = 0; row < rows; row++) {
    const from = row * 3 * dim + part * dim;
    third.set(matrix.subarray(from, from + dim), row * dim);
  }
  return third;
}

/** Replaces every attention it finds; the nodes it stood for are left without readers. Returns how many. */
export function fuseAttention(g: Graph): number {
  const before = [...g.nodes];
  const links = new Links(before);
  const found = new Map<Node, Attention>();
  for (const node of before) {
    const attention = node.op === 'Softmax' ? attentionAround(g, links, node) : undefined;
    if (attention) found.set(attention.last, attention);
  }
  g.nodes.length = 0;
  for (const node of before) {
    const attention = found.get(node);
    if (!attention) {
      g.nodes.push(node);
      continue;
    }
    const inputs = projections(g, links, attention);
    const attributes = { num_heads: int(attention.heads), scale: float(attention.scale) };
    g.nodes.push({
      op: 'MultiHeadAttention',
      domain: 'com.microsoft',
      inputs,
      outputs: node.outputs,
      attributes,
    });
  }
  return found.size;
}
