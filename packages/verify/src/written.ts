import type { ArchivedEntry } from '@uncaged/book/rules';

const HASH = 32;

/** What the receipt of every entry must say, in the order of the log; some 200 bytes of memory an entry. */
export class Written {
  readonly #ids = new Set<string>();
  readonly #times: number[] = [];
  #hashes = new Uint8Array(HASH * 1024);

  get size(): number {
    return this.#times.length;
  }

  has(id: string): boolean {
    return this.#ids.has(id);
  }

  add({ id, time, leafHash }: ArchivedEntry): void {
    const at = this.size * HASH;
    if (at === this.#hashes.length) {
      const more = new Uint8Array(2 * at);
      more.set(this.#hashes);
      this.#hashes = more;
    }
    this.#hashes.set(leafHash, at);
    this.#times.push(time.getTime());
    this.#ids.add(id);
  }

  /** In the order in which they were added. */
  *[Symbol.iterator](): Generator<Promised> {
    let n = 0;
    for (const id of this.#ids) {
      const leafHash = this.#hashes.subarray(n * HASH, (n + 1) * HASH);
      yield { id, leafHash, time: new Date(this.#times[n] ?? 0).toISOString() };
      n += 1;
    }
  }
}

/** An entry as its receipt promises it. */
export interface Promised {
  readonly id: string;
  /** 32 bytes. */
  readonly leafHash: Uint8Array;
  /** ISO 8601. */
  readonly time: string;
}
