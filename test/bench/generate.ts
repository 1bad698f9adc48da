import { bareGenerate, loadModel, openSampler } from '@uncaged/engine';
import { raise, weights } from '../support/stage.ts';
import type { Visitor } from '../support/visitor.ts';
import type { Bench } from './bench.ts';

const ROUNDS = 7;
const prompt = 'a red house';

/**
 * A clip through the whole platform (asked over HTTP, leased, sampled, uploaded, signed, recorded) against a bare
 * session loop with the same encoding, in turns. Goal: at most 1.05.
 */
export const bench: Bench = {
  async run() {
    await using stage = await raise();
    const heron = stage.visitor();
    const founder = { pseudonym: 'heron', password: 'heron remembers this sentence' };
    await heron.post('/api/collective', { name: 'Bench', currency: 'EUR', founder });
    stage.hire((await heron.post<{ token: string }>('/api/workers', { name: 'bench' })).token);
    const model = await loadModel(weights);
    if (!model.ok) throw new Error(model.message);
    const sampler = await openSampler(model.model, { provider: 'cpu' });
    const through = (seed: number) => throughPlatform(heron, seed);
    const bare = async (seed: number) => (await bareGenerate(sampler, { prompt, seed })).totalMs;
    await through(0);
    await bare(0);
    const ours: number[] = [];
    const theirs: number[] = [];
    for (let round = 1; round <= ROUNDS; round += 1) {
      if (round % 2 === 0) ours.push(await through(round));
      theirs.push(await bare(round));
      if (round % 2 === 1) ours.push(await through(round));
    }
    return {
      ratios: ours.map((milliseconds, round) => milliseconds / (theirs[round] ?? Number.NaN)),
      peer: 'bare session loop, same weights and encoder',
      versions: { node: process.version },
      rows: ours.map((milliseconds, round) => ({
        platformMs: Math.round(milliseconds),
        bareMs: Math.round(theirs[round] ?? 0),
      })),
    };
  },
};

/** Milliseconds from asking for a clip to its event stream saying done. */
async function throughPlatform(maker: Visitor, seed: number): Promise<number> {
  const started = performance.now();
  const { generation } = await maker.post<{ generation: { id: string } }>('/api/generations', {
    prompt,
    seed: String(seed),
  });
  for await (const event of maker.events(`/api/generations/${generation.id}/events`)) {
    if (event.type === 'done') return performance.now() - started;
    if (event.type === 'failed') throw new Error(`the clip failed: ${JSON.stringify(event)}`);
    const state = (event.generation as { state?: string } | undefined)?.state;
    if (state === 'done') return performance.now() - started;
  }
  throw new Error('the event stream ended before the clip was done');
}
