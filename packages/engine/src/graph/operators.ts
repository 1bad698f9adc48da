/**
 * The operators a model is written in. Each appends ONNX nodes (opset 18) and returns the value they make.
 * Composite operators (gelu, silu, RMS norm) are built of primitives, so only primitives need gradients.
 */
import { broadcastShape, elements, float, type Graph, int, ints, type Shape, type Value } from './graph.ts';

type Operand = Value | number;

const lift = (g: Graph, x: Operand): Value => (typeof x === 'number' ? g.scalar(x) : x);

function binary(g: Graph, op: string, a: Operand, b: Operand): Value {
  const [x, y] = [lift(g, a), lift(g, b)];
  return g.single(op, [x, y], broadcastShape(x.shape, y.shape));
}

export const add = (g: Graph, a: Operand, b: Operand): Value => binary(g, 'Add', a, b);
export const sub = (g: Graph, a: Operand, b: Operand): Value => binary(g, 'Sub', a, b);
export const mul = (g: Graph, a: Operand, b: Operand): Value => binary(g, 'Mul', a, b);
export const div = (g: Graph, a: Operand, b: Operand): Value => binary(g, 'Div', a, b);

const unary = (g: Graph, op: string, x: Value): Value => g.single(op, [x], x.shape);

export const neg = (g: Graph, x: Value): Value => unary(g, 'Neg', x);
export const exp = (g: Graph, x: Value): Value => unary(g, 'Exp', x);
export const log = (g: Graph, x: Value): Value => unary(g, 'Log', x);
export const sqrt = (g: Graph, x: Value): Value => unary(g, 'Sqrt', x);
export const tanh = (g: Graph, x: Value): Value => unary(g, 'Tanh', x);
export const sigmoid = (g: Graph, x: Value): Value => unary(g, 'Sigmoid', x);
export const relu = (g: Graph, x: Value): Value => unary(g, 'Relu', x);
export const sin = (g: Graph, x: Value): Value => unary(g, 'Sin', x);
export const cos = (g: Graph, x: Value): Value => unary(g, 'Cos', x);

/** SiLU, x·σ(x) (Elfwing et al. 2017). */
export const silu = (g: Graph, x: Value): Value => mul(g, x, sigmoid(g, x));

/** GELU by its tanh form (Hendrycks & Gimpel 2016, section 2). */
export function gelu(g: Graph, x: Value): Value {
  const cubic = add(g, x, mul(g, mul(g, mul(g, x, x), x), 0.044715));
  const gate = add(g, tanh(g, mul(g, cubic, Math.sqrt(2 / Math.PI))), 1);
  return mul(g, mul(g, x, 0.5), gate);
}

/** Squared ReLU (So et al. 2021, Primer): two cheap kernels forward and two backward. */
export function reluSquared(g: Graph, x: Value): Value {
  const rectified = relu(g, x);
  return mul(g, rectified, rectified);
}

const axesOf = (x: Value, axes: readonly number[]): number[] =>
  axes.map((axis) => (axis < 0 ? axis + x.shape.length : axis)).sort((a, b) => a - b);

function reduce(g: Graph, op: string, x: Value, axes: readonly number[], keep: boolean): Value {
  const over = axesOf(x, axes);
  const shape = keep
    ? x.shape.map((n, i) => (over.includes(i) ? 1 : n))
    : x.shape.filter((_, i) => !over.includes(i));
  // opset 18 gives every reduction but this one its axes as an input, ReduceSum since 13.
  return g.single(op, [x, g.integers(over)], shape, { keepdims: int(keep ? 1 : 0) });
}

export const reduceSum = (g: Graph, x: Value, axes: readonly number[], keep = false): Value =>
  reduce(g, 'ReduceSum', x, axes, keep);
export const reduceMean = (g: Graph, x: Value, axes: readonly number[], keep = false): Value =>
  reduce(g, 'ReduceMean', x, axes, keep);

/** Mean over every element, a scalar. */
export const mean = (g: Graph, x: Value): Value =>
  reduceMean(
    g,
    x,
    x.shape.map((_, i) => i),
  );

/** Softmax over the last axis. */
export const softmax = (g: Graph, x: Value): Value => g.single('Softmax', [x], x.shape, { axis: int(-1) });

/**
 * Normalises the last axis to mean 0 and variance 1 (Ba et al. 2016), without gain and bias: scale and
 * shift come from the conditioning. Only the first output is used, because the webgpu provider does not
 * fill the statistics.
 */
export function layerNorm(g: Graph, x: Value, epsilon = 1e-5): Value {
  const width = x.shape.at(-1) as number;
  const ones = g.initializer('gain', [width], new Array(width).fill(1));
  return g.single('LayerNormalization', [x, ones], x.shape, { axis: int(-1), epsilon: float(epsilon) });
}

/** Divides by the root mean square of the last axis (Zhang & Sennrich 2019), without gain. */
export function rmsNorm(g: Graph, x: Value, epsilon = 1e-6): Value {
  const square = reduceMean(g, mul(g, x, x), [-1], true);
  return div(g, x, sqrt(g, add(g, square, epsilon)));
}

export type Transposition = { transposeA?: boolean; transposeB?: boolean };

/**
 * Matrix product. Two matrices become one Gemm, which takes transposes for nothing; anything of higher
 * rank becomes a batched MatMul whose leading axes broadcast.
 */
export function matmul(g: Graph, a: Value, b: Value, how: Transposition = {}): Value {
  if (a.shape.length === 2 && b.shape.length === 2) {
    const [ta, tb] = [how.transposeA === true, how.transposeB === true];
    const [m, k] = ta ? [a.shape[1], a.shape[0]] : a.shape;
    const [k2, n] = tb ? [b.shape[1], b.shape[0]] : b.shape;
    if (k !== k2) throw new Error(`matmul: [${a.shape}] and [${b.shape}] do not match`);
    return g.single('Gemm', [a, b], [m as number, n as number], {
      transA: int(ta ? 1 : 0),
      transB: int(tb ? 1 : 0),
    });
  }
  const x = how.transposeA ? swapLast(g, a) : a;
  const y = how.transposeB ? swapLast(g, b) : b;
  if (x.shape.at(-1) !== y.shape.at(-2))
    throw new Error(`matmul: [${x.shape}] and [${y.shape}] do not match`);
  const batch = broadcastShape(x.shape.slice(0, -2), y.shape.slice(0, -2));
  return g.single('MatMul', [x, y], [...batch, x.shape.at(-2) as number, y.shape.at(-1) as number]);
}

export type GemmTerms = Transposition & { alpha: number; beta: number };

/** alpha·A·B + beta·C in one kernel; for optimizer arithmetic, so it has no gradient of its own. */
export function gemm(g: Graph, a: Value, b: Value, c: Value, how: GemmTerms): Value {
  const [ta, tb] = [how.transposeA === true, how.transposeB === true];
  const shape = [a.shape[ta ? 1 : 0] as number, b.shape[tb ? 0 : 1] as number];
  const attributes = {
    transA: int(ta ? 1 : 0),
    transB: int(tb ? 1 : 0),
    alpha: float(how.alpha),
    beta: float(how.beta),
  };
  return g.single('Gemm', [a, b, c], shape, attributes);
}

/** Swaps the last two axes. */
export function swapLast(g: Graph, x: Value): Value {
  const order = x.shape.map((_, i) => i);
  const rank = order.length;
  [order[rank - 2], order[rank - 1]] = [rank - 1, rank - 2];
  return transpose(g, x, order);
}

/** Shape change without moving elements; one axis may be −1. */
export function reshape(g: Graph, x: Value, shape: Shape): Value {
  const known = shape.filter((n) => n !== -1).reduce((p, n) => p * n, 1);
  const full = shape.map((n) => (n === -1 ? elements(x.shape) / known : n));
  if (elements(full) !== elements(x.shape)) throw new Error(`reshape: [${x.shape}] to [${shape}]`);
  return g.single('Reshape', [x, g.integers(full)], full);
}

export function transpose(g: Graph, x: Value, order: readonly number[]): Value {
  return g.single(
    'Transpose',
    [x],
    order.map((i) => x.shape[i] as number),
    { perm: ints(order) },
  );
}

export function concat(g: Graph, parts: readonly Value[], axis: number): Value {
  const first = parts[0] as Value;
  const at = axis < 0 ? axis + first.shape.length : axis;
  const shape = first.shape.map((n, i) =>
    i === at ? parts.reduce((s, p) => s + (p.shape[at] as number), 0) : n,
  );
  return g.single('Concat', parts, shape, { axis: int(at) });
}

/** Cuts one axis into pieces of the given sizes. */
export function split(g: Graph, x: Value, sizes: readonly number[], axis: number): Value[] {
  const at = axis < 0 ? axis + x.shape.length : axis;
  if (sizes.reduce((a, b) => a + b, 0) !== x.shape[at]) throw new Error(`split: [${x.shape}] by ${sizes}`);
  const outputs = sizes.map((size) => ({ shape: x.shape.map((n, i) => (i === at ? size : n)) }));
  return g.node('Split', [x, g.integers(sizes)], outputs, { axis: int(at) });
}

/** Elements start … end − 1 of one axis. */
export function slice(g: Graph, x: Value, axis: number, start: number, end: number): Value {
  const at = axis < 0 ? axis + x.shape.length : axis;
  const shape = x.shape.map((n, i) => (i === at ? end - start : n));
  return g.single('Slice', [x, g.integers([start]), g.integers([end]), g.integers([at])], shape);
}

/** Rows of `table` (rows × width) picked by int64 indices of any shape. */
export function gather(g: Graph, table: Value, indices: Value): Value {
  return g.single('Gather', [table, indices], [...indices.shape, ...table.shape.slice(1)], { axis: int(0) });
}

/** Sums a value back to a shape it was broadcast from. */
export function sumTo(g: Graph, x: Value, shape: Shape): Value {
  if (x.shape.length === shape.length && x.shape.every((n, i) => n === shape[i])) return x;
  const lead = x.shape.length - shape.length;
  const axes = x.shape.flatMap((n, i) => (i < lead || (shape[i - lead] === 1 && n !== 1) ? [i] : []));
  const summed = reduceSum(g, x, axes, true);
  return summed.shape.length === shape.length ? summed : reshape(g, summed, shape);
}

/** Ones (or any number) in the shape of `like`. */
export function fill(g: Graph, shape: Shape, number: number): Value {
  return g.single('Expand', [g.scalar(number), g.integers(shape)], shape);
}

/**
 * Two-dimensional convolution, stride 1, padded with zeros so that height and width stay (odd kernels).
 *
 * @param x [batch, channels, height, width]
 * @param w [out, channels, k, k]
 */
export function conv(g: Graph, x: Value, w: Value): Value {
  const [batch, channels, height, width] = x.shape as [number, number, number, number];
  const [out, inner, k] = w.shape as [number, number, number, number];
  if (channels !== inner || k % 2 === 0) throw new Error(`conv: [${x.shape}] and [${w.shape}] do not match`);
  const pad = (k - 1) / 2;
  return g.single('Conv', [x, w], [batch, out, height, width], {
    kernel_shape: ints([k, k]),
    pads: ints([pad, pad, pad, pad]),
  });
}

/** Moves blocks of s × s pixels into channels: [n, c, s·h, s·w] → [n, s·s·c, h, w], block offset outermost. */
export function spaceToDepth(g: Graph, x: Value, s: number): Value {
  const [n, c, h, w] = x.shape as [number, number, number, number];
  const cut = reshape(g, x, [n, c, h / s, s, w / s, s]);
  return reshape(g, transpose(g, cut, [0, 3, 5, 1, 2, 4]), [n, s * s * c, h / s, w / s]);
}

/** The inverse of {@link spaceToDepth}: [n, s·s·c, h, w] → [n, c, s·h, s·w] (Shi et al. 2016). */
export function depthToSpace(g: Graph, x: Value, s: number): Value {
  const [n, c, h, w] = x.shape as [number, number, number, number];
  const cut = reshape(g, x, [n, s, s, c / (s * s), h, w]);
  return reshape(g, transpose(g, cut, [0, 3, 4, 1, 5, 2]), [n, c / (s * s), h * s, w * s]);
}
