/** One at a time, first come, first served. Guards the single connection of PGlite. */
export class Gate {
  #last: Promise<void> = Promise.resolve();

  /** Resolves with the function that lets the next one in; calling it twice does no harm. */
  async enter(): Promise<() => void> {
    const before = this.#last;
    let leave!: () => void;
    this.#last = new Promise((resolve) => {
      leave = resolve;
    });
    await before;
    return leave;
  }

  /** Runs `fn` alone. */
  async alone<T>(fn: () => Promise<T>): Promise<T> {
    const leave = await this.enter();
    try {
      return await fn();
    } finally {
      leave();
    }
  }
}
