import { EventEmitter } from 'node:events';

/** Wakes those who wait in this process; other replicas look at the table by themselves. */
export interface Bell {
  /** Something about this clip changed, or (`queue`) a clip began to wait. */
  ring(what: string): void;
  /** Resolves true at the next ring for `what`, false after `ms`, or when the signal aborts. */
  wait(what: string, ms: number, signal?: AbortSignal): Promise<boolean>;
}

/** Rung when a clip begins to wait. */
export const queueBell = 'queue';

export function openBell(): Bell {
  const emitter = new EventEmitter();
  emitter.setMaxListeners(0);
  return {
    ring: (what) => void emitter.emit(what),
    wait: (what, ms, signal) =>
      new Promise((resolve) => {
        const end = (rung: boolean) => {
          clearTimeout(timer);
          emitter.off(what, onRing);
          signal?.removeEventListener('abort', onAbort);
          resolve(rung);
        };
        const onRing = () => end(true);
        const onAbort = () => end(false);
        const timer = setTimeout(() => end(false), ms);
        emitter.once(what, onRing);
        signal?.addEventListener('abort', onAbort);
        if (signal?.aborted) end(false);
      }),
  };
}
