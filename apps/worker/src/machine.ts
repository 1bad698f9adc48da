import type { ModelToLoad } from '@uncaged/contract';
import { type Engine, startEngine } from '@uncaged/engine';
import type { Cache } from './cache.ts';
import type { Log } from './collective.ts';
import type { HeldModel } from './weights.ts';

/** The engine of this worker: one child process, started when first needed and anew after a crash. */
export interface Machine {
  /** The running engine with this model loaded. Throws when it is neither held here nor fetched, or does not start. */
  with(model: ModelToLoad): Promise<Engine>;
  /** Forgets an engine that failed, so that the next job gets a fresh one. */
  discard(): Promise<void>;
}

export function openMachine(held: ReadonlyMap<string, HeldModel>, cache: Cache, log: Log): Machine {
  let running: { engine: Engine; weightsSha256: string } | null = null;
  const discard = async () => {
    const old = running;
    running = null;
    await old?.engine.close().catch(() => {});
  };
  return {
    async with(wanted) {
      const { weightsSha256 } = wanted;
      if (running?.weightsSha256 === weightsSha256 && running.engine.alive) return running.engine;
      await discard();
      const model = held.get(weightsSha256) ?? (await cache.model(wanted));
      const engine = await startEngine({ ...model, onLog: (line) => log(`engine: ${line}`) });
      running = { engine, weightsSha256 };
      log(`engine ready: provider ${engine.provider}, model ${engine.model.name}`);
      return engine;
    },
    discard,
  };
}
