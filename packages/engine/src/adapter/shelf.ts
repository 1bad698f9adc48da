/** Adapters a process has read, so that using one again costs no reading. */
import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { MAX_ADAPTERS, type Weighed } from './mix.ts';
import {
  type Adapter,
  type AdapterErrorCode,
  type AdapterInfo,
  MAX_ADAPTER_BYTES,
  readAdapter,
  TOO_LARGE,
} from './read.ts';

/** An adapter in a request: a file on this machine, and how much of it. */
export type AdapterWish = {
  readonly path: string;
  /** Any finite number; below 0 it leads away from the style. */
  readonly weight: number;
};

export type ShelfErrorCode = 'adapters_invalid' | 'adapter_missing' | AdapterErrorCode;
export type ShelfResult =
  | { ok: true; weighed: (Weighed & { readonly sha256: string })[] }
  | { ok: false; code: ShelfErrorCode; message: string };

type Kept = { readonly changed: number; readonly adapter: Adapter; readonly sha256: string };

/** Adapters held at most; the one not used for longest goes first. */
const MOST = 16;

export class Shelf {
  readonly #base: AdapterInfo['base'];
  readonly #kept = new Map<string, Kept>();

  /** @param base the model they must have been taught on */
  constructor(base: AdapterInfo['base']) {
    this.#base = base;
  }

  /**
   * Reads what a request names. Errors: `adapters_invalid` (no list of at most {@link MAX_ADAPTERS}, or a weight
   * that is no finite number), `adapter_missing`, then those of {@link readAdapter}.
   */
  async take(wishes: readonly AdapterWish[]): Promise<ShelfResult> {
    if (!Array.isArray(wishes) || wishes.length > MAX_ADAPTERS)
      return {
        ok: false,
        code: 'adapters_invalid',
        message: `adapters are a list of at most ${MAX_ADAPTERS}`,
      };
    const weighed: (Weighed & { sha256: string })[] = [];
    for (const wish of wishes) {
      const { path, weight } = wish ?? {};
      if (typeof path !== 'string' || !Number.isFinite(weight)) {
        const message = 'each adapter has the path of its file and a weight, any finite number';
        return { ok: false, code: 'adapters_invalid', message };
      }
      const found = await this.#find(path);
      if ('code' in found) return { ok: false, ...found };
      weighed.push({ adapter: found.adapter, weight, sha256: found.sha256 });
    }
    return { ok: true, weighed };
  }

  async #find(path: string): Promise<Kept | { code: ShelfErrorCode; message: string }> {
    const state = await stat(path).catch(() => undefined);
    if (!state?.isFile()) {
      const message = `there is no adapter at ${path}; bring its file there, or leave it out`;
      return { code: 'adapter_missing', message };
    }
    const kept = this.#kept.get(path);
    this.#kept.delete(path);
    if (kept?.changed === state.mtimeMs) {
      this.#kept.set(path, kept);
      return kept;
    }
    if (state.size > MAX_ADAPTER_BYTES) return TOO_LARGE;
    const bytes = await readFile(path);
    const read = readAdapter(bytes, this.#base);
    if (!read.ok) return { code: read.code, message: read.message };
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const fresh = { changed: state.mtimeMs, adapter: read.adapter, sha256 };
    this.#kept.set(path, fresh);
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= MOST) break;
      this.#kept.delete(oldest);
    }
    return fresh;
  }
}
