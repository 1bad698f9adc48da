/** Tries the providers named in its arguments and sends what it finds, one message each. */
import * as ort from 'onnxruntime-node';
import { Graph } from '../graph/graph.ts';
import { encodeModel } from '../graph/onnx.ts';
import { matmul } from '../graph/operators.ts';

const SIDE = 256;

function product(): Uint8Array {
  const g = new Graph();
  const a = g.input('a', [SIDE, SIDE]);
  g.output('y', matmul(g, a, a));
  return encodeModel(g);
}

/** The runtime's messages begin with source paths and signatures; what failed comes last. */
const reasonOf = (message: string): string =>
  (/Failed to .*/.exec(message)?.[0] ?? message).slice(0, 100).trim();

async function measure(name: string): Promise<{ milliseconds: number } | { error: string }> {
  try {
    const session = await ort.InferenceSession.create(product(), {
      executionProviders: [name],
      logSeverityLevel: 4,
    });
    const a = new ort.Tensor('float32', new Float32Array(SIDE * SIDE).fill(1 / SIDE), [SIDE, SIDE]);
    // The first run compiles; the second is the measure.
    await session.run({ a });
    const started = performance.now();
    await session.run({ a });
    return { milliseconds: performance.now() - started };
  } catch (error) {
    return { error: reasonOf(String((error as Error).message)) };
  }
}

for (const name of process.argv.slice(2)) process.send?.({ [name]: await measure(name) });
process.disconnect?.();
