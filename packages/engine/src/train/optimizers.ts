/** Optimizers as graph arithmetic: each takes tensors and returns their successors. */
import type { Graph, Value } from '../graph/graph.ts';
import { add, div, gemm, matmul, mul, reduceSum, sqrt, sub, transpose } from '../graph/operators.ts';

/** Numbers that change from step to step, fed as scalars. */
export type Schedule = {
  /** Step size. */
  rate: Value;
  /** 1 / (1 − β₁ᵏ) and 1 / (1 − β₂ᵏ) at step k: AdamW's bias corrections. */
  correction1: Value;
  correction2: Value;
  /** Decay of the moving average of the parameters. */
  average: Value;
};

export const ADAMW = { beta1: 0.9, beta2: 0.98, epsilon: 1e-8, decay: 0.01 } as const;
export const MUON = { momentum: 0.95, steps: 5, decay: 0.01 } as const;

/** a + share·(b − a): the moving average every optimizer here is made of. */
const towards = (g: Graph, a: Value, b: Value, share: Value | number): Value =>
  add(g, a, mul(g, sub(g, b, a), share));

const decayed = (g: Graph, p: Value, rate: Value, decay: number): Value =>
  decay === 0 ? p : sub(g, p, mul(g, p, mul(g, rate, decay)));

/** One step of AdamW (Loshchilov & Hutter 2019, algorithm 2). */
export function adamw(
  g: Graph,
  state: { parameter: Value; first: Value; second: Value },
  gradient: Value,
  schedule: Schedule,
  decay: number,
): { parameter: Value; first: Value; second: Value } {
  const first = towards(g, state.first, gradient, 1 - ADAMW.beta1);
  const second = towards(g, state.second, mul(g, gradient, gradient), 1 - ADAMW.beta2);
  const scale = add(g, sqrt(g, mul(g, second, schedule.correction2)), ADAMW.epsilon);
  const step = div(g, mul(g, first, mul(g, schedule.rate, schedule.correction1)), scale);
  return { parameter: sub(g, decayed(g, state.parameter, schedule.rate, decay), step), first, second };
}

/** Coefficients a, b, c of the iteration X ← aX + b(XXᵀ)X + c(XXᵀ)²X. */
const [LINEAR, CUBIC, QUINTIC] = [3.4445, -4.775, 2.0315] as const;

/** bG + cG². */
const curved = (g: Graph, gram: Value): Value => gemm(g, gram, gram, gram, { alpha: QUINTIC, beta: CUBIC });

/**
 * Replaces a matrix by roughly the nearest orthogonal one: a quintic Newton–Schulz iteration whose
 * coefficients take singular values to about 0.7 … 1.2 (Jordan et al. 2024, https://kellerjordan.github.io/posts/muon/).
 */
export function orthogonalize(g: Graph, matrix: Value, steps: number = MUON.steps): Value {
  const [rows, columns] = matrix.shape as [number, number];
  const tall = rows > columns;
  const wide = tall ? transpose(g, matrix, [1, 0]) : matrix;
  const norm = sqrt(g, reduceSum(g, mul(g, wide, wide), [0, 1]));
  const start = div(g, wide, add(g, norm, 1e-7));
  const long = Math.max(rows, columns) >= 2 * Math.min(rows, columns);
  const x = long ? iterateShort(g, start, steps) : iterate(g, start, steps);
  return tall ? transpose(g, x, [1, 0]) : x;
}

function iterate(g: Graph, start: Value, steps: number): Value {
  let x = start;
  for (let i = 0; i < steps; i++) {
    const gram = matmul(g, x, x, { transposeB: true });
    x = gemm(g, curved(g, gram), x, x, { alpha: 1, beta: LINEAR });
  }
  return x;
}

/**
 * The same on the short side alone: each step multiplies X by a polynomial P of G = XXᵀ, so G becomes PGP, and the
 * product of all P meets X once, at the end. With n rows and r·n columns that is 2r + 17 products of n × n matrices
 * for five steps and not 10r + 5.
 */
function iterateShort(g: Graph, start: Value, steps: number): Value {
  const scaled = g.diagonal(start.shape[0] as number, LINEAR);
  let gram = matmul(g, start, start, { transposeB: true });
  let all: Value | undefined;
  for (let i = 0; i < steps; i++) {
    const polynomial = add(g, curved(g, gram), scaled);
    all = all ? matmul(g, polynomial, all) : polynomial;
    if (i + 1 < steps) gram = matmul(g, matmul(g, polynomial, gram), polynomial);
  }
  return all ? matmul(g, all, start) : start;
}

/**
 * One step of Muon with Nesterov momentum. The update is scaled to the size AdamW's has, 0.2·√max(rows,
 * columns) (Liu et al. 2025, "Muon is scalable for LLM training", section 2.2), so one rate serves both.
 */
export function muon(
  g: Graph,
  state: { parameter: Value; first: Value },
  gradient: Value,
  schedule: Schedule,
): { parameter: Value; first: Value } {
  const first = towards(g, state.first, gradient, 1 - MUON.momentum);
  const ahead = towards(g, gradient, first, MUON.momentum);
  const [rows, columns] = gradient.shape as [number, number];
  const size = mul(g, schedule.rate, 0.2 * Math.sqrt(Math.max(rows, columns)));
  const step = mul(g, orthogonalize(g, ahead), size);
  return { parameter: sub(g, decayed(g, state.parameter, schedule.rate, MUON.decay), step), first };
}

/** One step of an exponential moving average of the parameters. */
export const movingAverage = (g: Graph, average: Value, parameter: Value, schedule: Schedule): Value =>
  add(g, parameter, mul(g, sub(g, average, parameter), schedule.average));
