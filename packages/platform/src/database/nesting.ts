import { AsyncLocalStorage } from 'node:async_hooks';
import { NestedDatabaseUse } from './types.ts';

/**
 * Knows whether the calling code runs inside a transaction of this database. A task started in a transaction and
 * left running after it has ended counts as outside.
 */
export class Nesting {
  readonly #running = new AsyncLocalStorage<{ open: boolean }>();

  /** Throws `NestedDatabaseUse` inside a running transaction. */
  refuse(what: string): void {
    if (this.#running.getStore()?.open) throw new NestedDatabaseUse(what);
  }

  /** Runs `fn` marked as being inside a transaction. */
  async within<T>(fn: () => Promise<T>): Promise<T> {
    const mark = { open: true };
    return this.#running.run(mark, async () => {
      try {
        return await fn();
      } finally {
        mark.open = false;
      }
    });
  }
}
