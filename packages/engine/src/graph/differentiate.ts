/**
 * Reverse-mode differentiation on the graph itself (Griewank & Walther 2008, chapter 3): walks the nodes
 * backwards and appends, for each, the nodes that carry the gradient of its output to its inputs.
 */
import { type Attribute, float, type Graph, type Node, type Value } from './graph.ts';
import {
  add,
  concat,
  conv,
  cos,
  div,
  fill,
  gather,
  matmul,
  mul,
  neg,
  reduceMean,
  reduceSum,
  reshape,
  sin,
  slice,
  sqrt,
  sub,
  sumTo,
  transpose,
} from './operators.ts';

type Adjoint = Value | undefined;
/** Gradients for a node's inputs, in order; undefined where none flows (indices, shapes). */
type Pullback = (g: Graph, node: Node, adjoints: Adjoint[]) => Adjoint[];

const intOf = (node: Node, key: string): number =>
  (node.attributes[key] as Attribute & { kind: 'int' }).value;
const intsOf = (node: Node, key: string): readonly number[] =>
  (node.attributes[key] as Attribute & { kind: 'ints' }).value;

type OneOutput = (g: Graph, dy: Value, x: readonly Value[], y: Value, node: Node) => Adjoint[];
const one =
  (rule: OneOutput): Pullback =>
  (g, node, [dy]) =>
    dy ? rule(g, dy, node.inputs, node.outputs[0] as Value, node) : [];

/** Turns a rule in (a, b) with broadcasting into one that sums the adjoints back to each operand's shape. */
const broadcasting = (
  rule: (g: Graph, dy: Value, a: Value, b: Value, y: Value) => [Value, Value],
): Pullback =>
  one((g, dy, [a, b], y) => {
    const [x, z] = [a as Value, b as Value];
    const [da, db] = rule(g, dy, x, z, y);
    return [sumTo(g, da, x.shape), sumTo(g, db, z.shape)];
  });

const pointwise = (rule: (g: Graph, dy: Value, x: Value, y: Value) => Value): Pullback =>
  one((g, dy, [x], y) => [rule(g, dy, x as Value, y)]);

function gemm(g: Graph, dy: Value, [a, b]: readonly Value[], _y: Value, node: Node): Adjoint[] {
  if (node.inputs.length !== 2 || node.attributes.alpha)
    throw new Error('a Gemm with a factor or three terms has no gradient');
  const [x, w] = [a as Value, b as Value];
  const [ta, tb] = [intOf(node, 'transA') === 1, intOf(node, 'transB') === 1];
  const dx = ta
    ? matmul(g, w, dy, { transposeA: tb, transposeB: true })
    : matmul(g, dy, w, { transposeB: !tb });
  const dw = tb
    ? matmul(g, dy, x, { transposeA: true, transposeB: ta })
    : matmul(g, x, dy, { transposeA: !ta });
  return [dx, dw];
}

function batchedMatmul(g: Graph, dy: Value, [a, b]: readonly Value[]): Adjoint[] {
  const [x, w] = [a as Value, b as Value];
  const dx = matmul(g, dy, w, { transposeB: true });
  const dw = matmul(g, x, dy, { transposeA: true });
  return [sumTo(g, dx, x.shape), sumTo(g, dw, w.shape)];
}

/** 2·x; a matrix product takes the factor for nothing. */
function twice(g: Graph, x: Value): Value {
  const maker = g.nodes.findLast((node) => node.outputs.includes(x));
  if (maker?.op === 'Reshape') return reshape(g, twice(g, maker.inputs[0] as Value), x.shape);
  if (maker?.op !== 'Gemm' || maker.attributes.alpha) return mul(g, x, 2);
  return g.single('Gemm', maker.inputs, x.shape, { ...maker.attributes, alpha: float(2) });
}

function product(g: Graph, node: Node, [dy]: Adjoint[]): Adjoint[] {
  const [a, b] = node.inputs as [Value, Value];
  if (!dy) return [];
  if (a === b) return [mul(g, twice(g, dy), a)];
  return [sumTo(g, mul(g, dy, b), a.shape), sumTo(g, mul(g, dy, a), b.shape)];
}

/**
 * dy where y > 0. A gradient that is a product with y itself (as behind y²) is 0 wherever y is, and needs no
 * mask; else the mask is y·∞ cut to 0 … 1, which every provider has kernels for.
 */
function rectifier(g: Graph, dy: Value, _x: Value, y: Value): Value {
  const maker = g.nodes.findLast((node) => node.outputs.includes(dy));
  if (maker?.op === 'Mul' && maker.inputs.includes(y)) return dy;
  const huge = mul(g, y, 1e38);
  return mul(g, dy, g.single('Clip', [huge, g.scalar(0), g.scalar(1)], y.shape));
}

/** The adjoint of a reduction, back in the rank of its input with reduced axes of length 1. */
function unreduced(g: Graph, dy: Value, node: Node): Value {
  const x = node.inputs[0] as Value;
  if (intOf(node, 'keepdims') === 1) return dy;
  const axes = axesInput(g, node);
  return reshape(
    g,
    dy,
    x.shape.map((n, i) => (axes.includes(i) ? 1 : n)),
  );
}

function axesInput(g: Graph, node: Node): number[] {
  return constantIntegers(g, node.inputs[1] as Value);
}

function constantIntegers(g: Graph, value: Value): number[] {
  const stored = g.initializers.find((i) => i.value === value);
  if (!stored) throw new Error(`${value.name} is not a constant`);
  const { buffer, byteOffset, byteLength } = stored.bytes;
  return [...new BigInt64Array(buffer as ArrayBuffer, byteOffset, byteLength / 8)].map(Number);
}

/**
 * Ba et al. 2016: dx = (dy − mean dy − x̂·mean(dy·x̂)) / σ, with unit gain. σ, which no provider but the CPU
 * hands out, comes from one product: mean(x·x̂) = m = σ − ε/σ, so σ = (m + √(m² + 4ε)) / 2.
 */
function layerNormalization(
  g: Graph,
  dy: Value,
  [x]: readonly Value[],
  normal: Value,
  node: Node,
): Adjoint[] {
  const input = x as Value;
  const epsilon = (node.attributes.epsilon as Attribute & { kind: 'float' }).value;
  const m = reduceMean(g, mul(g, input, normal), [-1], true);
  const deviation = mul(g, add(g, m, sqrt(g, add(g, mul(g, m, m), 4 * epsilon))), 0.5);
  const along = reduceMean(g, mul(g, dy, normal), [-1], true);
  const across = sub(g, dy, reduceMean(g, dy, [-1], true));
  return [div(g, sub(g, across, mul(g, normal, along)), deviation)];
}

function splitPullback(g: Graph, node: Node, adjoints: Adjoint[]): Adjoint[] {
  const parts = node.outputs.map((y, i) => adjoints[i] ?? fill(g, y.shape, 0));
  return [concat(g, parts, intOf(node, 'axis'))];
}

function concatPullback(g: Graph, dy: Value, parts: readonly Value[], _y: Value, node: Node): Adjoint[] {
  const axis = intOf(node, 'axis');
  let start = 0;
  return parts.map((part) => {
    const end = start + (part.shape[axis] as number);
    const piece = slice(g, dy, axis, start, end);
    start = end;
    return piece;
  });
}

function slicePullback(g: Graph, dy: Value, inputs: readonly Value[]): Adjoint[] {
  const x = inputs[0] as Value;
  const axis = constantIntegers(g, inputs[3] as Value)[0] as number;
  const start = constantIntegers(g, inputs[1] as Value)[0] as number;
  const before = x.shape.map((n, i) => (i === axis ? start : n));
  const after = x.shape.map((n, i) => (i === axis ? n - start - (dy.shape[axis] as number) : n));
  const parts = [before, after].map((shape) => (shape[axis] === 0 ? undefined : fill(g, shape, 0)));
  return [
    concat(
      g,
      [parts[0], dy, parts[1]].filter((p) => p !== undefined),
      axis,
    ),
  ];
}

function gatherPullback(g: Graph, dy: Value, [table, indices]: readonly Value[]): Adjoint[] {
  const [rows, picked] = [table as Value, indices as Value];
  const at = g.node(
    'Unsqueeze',
    [picked, g.integers([picked.shape.length])],
    [{ shape: [...picked.shape, 1], dtype: 'int64' }],
  )[0] as Value;
  const zeros = fill(g, rows.shape, 0);
  const add = { reduction: { kind: 'string', value: 'add' } } as const;
  return [g.single('ScatterND', [zeros, at, dy], rows.shape, add)];
}

/** The kernel of the adjoint convolution: turned by half a turn, with the two channel axes exchanged. */
function turned(g: Graph, w: Value): Value {
  const [out, inner, k] = w.shape as [number, number, number, number];
  const rows = reshape(g, transpose(g, w, [2, 3, 1, 0]), [k * k, inner, out]);
  const reversed = g.integers(Array.from({ length: k * k }, (_, i) => k * k - 1 - i));
  return transpose(g, reshape(g, gather(g, rows, reversed), [k, k, inner, out]), [2, 3, 0, 1]);
}

/** Dumoulin & Visin 2016, section 4: dx by the turned kernel, dw as one matrix product for each offset in it. */
function convolution(g: Graph, dy: Value, [x, w]: readonly Value[]): Adjoint[] {
  const [input, kernel] = [x as Value, w as Value];
  const [batch, channels, height, width] = input.shape as [number, number, number, number];
  const [out, , k] = kernel.shape as [number, number, number, number];
  const pixels = batch * height * width;
  const pad = (k - 1) / 2;
  const moved = transpose(g, input, [1, 0, 2, 3]);
  const padded = pad === 0 ? moved : padSpace(g, moved, pad);
  const errors = reshape(g, transpose(g, dy, [1, 0, 2, 3]), [out, pixels]);
  const offsets = Array.from({ length: k * k }, (_, i) => {
    const rows = pad === 0 ? padded : slice(g, padded, 2, Math.floor(i / k), Math.floor(i / k) + height);
    const seen = pad === 0 ? rows : slice(g, rows, 3, i % k, (i % k) + width);
    const share = matmul(g, errors, reshape(g, seen, [channels, pixels]), { transposeB: true });
    return reshape(g, share, [out, channels, 1]);
  });
  return [conv(g, dy, turned(g, kernel)), reshape(g, concat(g, offsets, 2), kernel.shape)];
}

const padSpace = (g: Graph, x: Value, pad: number): Value =>
  g.single(
    'Pad',
    [x, g.integers([0, 0, pad, pad, 0, 0, pad, pad]), g.scalar(0)],
    x.shape.map((n, axis) => (axis < 2 ? n : n + 2 * pad)),
  );

const PULLBACKS: Readonly<Record<string, Pullback>> = {
  Add: broadcasting((_g, dy) => [dy, dy]),
  Sub: broadcasting((g, dy) => [dy, neg(g, dy)]),
  Mul: product,
  Div: broadcasting((g, dy, _a, b, y) => {
    const da = div(g, dy, b);
    return [da, neg(g, mul(g, da, y))];
  }),
  Neg: pointwise((g, dy) => neg(g, dy)),
  Exp: pointwise((g, dy, _x, y) => mul(g, dy, y)),
  Log: pointwise((g, dy, x) => div(g, dy, x)),
  Sqrt: pointwise((g, dy, _x, y) => div(g, mul(g, dy, 0.5), y)),
  Tanh: pointwise((g, dy, _x, y) => mul(g, dy, sub(g, 1, mul(g, y, y)))),
  Sigmoid: pointwise((g, dy, _x, y) => mul(g, dy, mul(g, y, sub(g, 1, y)))),
  Relu: pointwise(rectifier),
  Sin: pointwise((g, dy, x) => mul(g, dy, cos(g, x))),
  Cos: pointwise((g, dy, x) => neg(g, mul(g, dy, sin(g, x)))),
  Softmax: pointwise((g, dy, _x, y) => mul(g, y, sub(g, dy, reduceSum(g, mul(g, dy, y), [-1], true)))),
  LayerNormalization: one(layerNormalization),
  Gemm: one(gemm),
  Conv: one(convolution),
  MatMul: one(batchedMatmul),
  ReduceSum: one((g, dy, [x], _y, node) => {
    const shape = (x as Value).shape;
    return [g.single('Expand', [unreduced(g, dy, node), g.integers(shape)], shape)];
  }),
  ReduceMean: one((g, dy, [x], y, node) => {
    const shape = (x as Value).shape;
    const share = y.shape.reduce((p, n) => p * n, 1) / shape.reduce((p, n) => p * n, 1);
    return [g.single('Expand', [mul(g, unreduced(g, dy, node), share), g.integers(shape)], shape)];
  }),
  Expand: one((g, dy, [x]) => [sumTo(g, dy, (x as Value).shape)]),
  Reshape: one((g, dy, [x]) => [reshape(g, dy, (x as Value).shape)]),
  Transpose: one((g, dy, _x, _y, node) => {
    const order = intsOf(node, 'perm');
    return [
      transpose(
        g,
        dy,
        order.map((_, i) => order.indexOf(i)),
      ),
    ];
  }),
  Concat: one(concatPullback),
  Split: splitPullback,
  Slice: one(slicePullback),
  Gather: one(gatherPullback),
};

/** Operators whose gradient is known; every one of them is checked against finite differences. */
export const DIFFERENTIABLE = Object.keys(PULLBACKS);

/**
 * Appends the gradient of a scalar to the graph.
 *
 * @returns one value for each of `wrt`, of the same shape. Throws where no gradient reaches one of them or
 *   an operator on the way has none.
 */
export function differentiate(g: Graph, loss: Value, wrt: readonly Value[]): Value[] {
  if (loss.shape.length !== 0) throw new Error(`loss must be a scalar, not [${loss.shape}]`);
  const forward = [...g.nodes];
  const needed = reachable(forward, wrt);
  const adjoints = new Map<Value, Value>([[loss, g.scalar(1)]]);
  for (const node of forward.reverse()) {
    const incoming = node.outputs.map((y) => adjoints.get(y));
    if (incoming.every((dy) => dy === undefined) || !node.inputs.some((x) => needed.has(x))) continue;
    const pullback = PULLBACKS[node.op];
    if (!pullback) throw new Error(`operator ${node.op} has no gradient`);
    const outgoing = pullback(g, node, incoming);
    for (const [i, dx] of outgoing.entries()) {
      const x = node.inputs[i] as Value;
      if (!dx || !needed.has(x)) continue;
      const before = adjoints.get(x);
      adjoints.set(x, before ? add(g, before, dx) : dx);
    }
  }
  return wrt.map((x) => {
    const dx = adjoints.get(x);
    if (!dx) throw new Error(`no gradient reaches ${x.name}`);
    return dx;
  });
}

/** Values that depend on one of `wrt`, these included. */
function reachable(nodes: readonly Node[], wrt: readonly Value[]): Set<Value> {
  const set = new Set(wrt);
  for (const node of nodes) {
    if (node.inputs.some((x) => set.has(x))) for (const y of node.outputs) set.add(y);
  }
  return set;
}
