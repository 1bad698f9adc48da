import { accrueRoyalty, type ModelHoldings, weighPool } from '../../packages/compensation/src/index.ts';
import { openHouse } from '../../packages/compensation/src/testing.ts';
import type { Bench } from './bench.ts';

const MANY = 100_000;
const FEW = 10;
const ROUNDS = 9;
const CLIPS = 150;

/**
 * What a clip's royalty costs where 100,000 members hold works of its model, against the same where ten do; rounds of
 * 150 clips in turns. The database is the embedded one, or with DATABASE_URL a fresh one on that server. Goal: at most
 * 1.05.
 */
export const bench: Bench = {
  async run() {
    await using house = await openHouse();
    const { db } = house.platform;
    const holdings = (modelId: string, count: number): ModelHoldings => {
      const holders = Array.from({ length: count }, (_, n) => {
        return { memberId: `holder-${n}`, claimed: 1n, weight: 1n };
      });
      return { modelId, works: BigInt(count), holders };
    };
    const held = { many: holdings('many', MANY), few: holdings('few', FEW) };
    for (const one of Object.values(held)) await db.transaction((tx) => weighPool(tx, house.heron, one));
    let clips = 0;
    const round = async (modelId: keyof typeof held): Promise<number> => {
      const started = performance.now();
      for (let n = 0; n < CLIPS; n += 1) {
        const made = { generationId: `clip-${clips++}`, modelId, works: held[modelId].works };
        const paid = await db.transaction((tx) => accrueRoyalty(tx, house.heron, made));
        if (paid.accrued === 0n) throw new Error('a clip paid nothing');
      }
      return performance.now() - started;
    };
    const ratios: number[] = [];
    const times = { many: [] as number[], few: [] as number[] };
    for (let at = 0; at <= ROUNDS; at += 1) {
      const order: (keyof typeof held)[] = at % 2 === 0 ? ['many', 'few'] : ['few', 'many'];
      const took = { many: 0, few: 0 };
      for (const which of order) took[which] = await round(which);
      // The first round warms up.
      if (at === 0) continue;
      ratios.push(took.many / took.few);
      for (const which of order) times[which].push(took[which] / CLIPS);
    }
    const middle = (list: number[]) => Number(list.sort((a, b) => a - b)[ROUNDS >> 1]?.toFixed(3));
    return {
      ratios,
      peer: `the same with ${FEW} holders`,
      versions: { node: process.version, database: process.env.DATABASE_URL ? 'PostgreSQL' : 'PGlite' },
      fields: { holders: MANY, clip_ms: middle(times.many), clip_ms_few: middle(times.few) },
    };
  },
};
