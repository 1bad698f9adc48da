import * as ort from 'onnxruntime-node';
import { expect, test } from 'vitest';
import { Random } from '../random.ts';
import { fuseAttention } from './fuse.ts';
import { elements, Graph, type Value } from './graph.ts';
import { encodeModel } from './onnx.ts';
import * as op from './operators.ts';

const [BATCH, TOKENS, HEADS, WIDTH] = [2, 5, 3, 4];
const DIM = HEADS * WIDTH;
const random = new Random(8);
const numbers = (count: number): Float32Array => random.fillNormal(new Float32Array(count));
const X = numbers(BATCH * TOKENS * DIM);
const QKV = numbers(DIM * 3 * DIM);

/** Attention as the transformer writes it; `change` may put something else where a part would be. */
function attention(stored: boolean, scale: (g: Graph, scores: Value) => Value) {
  const g = new Graph();
  const x = g.input('x', [BATCH, TOKENS, DIM]);
  const qkv = stored ? g.initializer('qkv', [DIM, 3 * DIM], QKV) : g.input('qkv', [DIM, 3 * DIM]);
  const product = op.matmul(g, op.reshape(g, x, [-1, DIM]), qkv);
  const cut = op.reshape(g, op.reshape(g, product, [BATCH, TOKENS, 3 * DIM]), [
    BATCH,
    TOKENS,
    3 * HEADS,
    WIDTH,
  ]);
  const byHead = op.transpose(g, cut, [0, 2, 1, 3]);
  const [q, k, v] = op.split(g, byHead, [HEADS, HEADS, HEADS], 1) as [Value, Value, Value];
  const scores = scale(g, op.matmul(g, q, k, { transposeB: true }));
  const mixed = op.matmul(g, op.softmax(g, scores), v);
  g.output('y', op.reshape(g, op.transpose(g, mixed, [0, 2, 1, 3]), [BATCH, TOKENS, DIM]));
  return g;
}

async function run(g: Graph): Promise<Float32Array> {
  const session = await ort.InferenceSession.create(encodeModel(g), { executionProviders: ['cpu'] });
  const numbersOf: Record<string, Float32Array> = { x: X, qkv: QKV };
  const feeds = g.inputs.map(({ name, shape }) => {
    const array = numbersOf[name] as Float32Array;
    expect(array).toHaveLength(elements(shape));
    return [name, new ort.Tensor('float32', array, shape)] as const;
  });
  const { y } = await session.run(Object.fromEntries(feeds));
  await session.release();
  return (y as ort.Tensor).data as Float32Array;
}

const half = (g: Graph, scores: Value): Value => op.mul(g, scores, 0.5);

test.each([
  ['stored', true],
  ['fed', false],
])('attention with its projection %s is one operator and gives the same numbers', async (_, stored) => {
  const plain = await run(attention(stored, half));
  const g = attention(stored, half);
  expect(fuseAttention(g)).toBe(1);
  expect(g.nodes.filter(({ op: name }) => name === 'MultiHeadAttention')).toHaveLength(1);
  const fused = await run(g);
  for (const [i, n] of plain.entries()) expect(fused[i]).toBeCloseTo(n, 5);
});

test('a softmax of anything else is left alone', async () => {
  const bent = (g: Graph, scores: Value): Value => op.tanh(g, op.mul(g, scores, 0.5));
  const g = attention(true, bent);
  expect(fuseAttention(g)).toBe(0);
  expect(await run(g)).toEqual(await run(attention(true, bent)));
});
