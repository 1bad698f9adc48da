const encoder = new TextEncoder();

/** Puts frames (a 4-byte big-endian length, and the bytes) together in one buffer, which is used again and again. */
export class Frames {
  #bytes = new Uint8Array(1024);
  #at = 0;

  /** Begins anew with these bytes. */
  start(...first: readonly number[]): this {
    this.#bytes.set(first);
    this.#at = first.length;
    return this;
  }

  uint32(value: number): this {
    this.#room(4);
    this.#length(this.#at, value);
    this.#at += 4;
    return this;
  }

  /** A frame of UTF-8. Lone surrogates would collide on U+FFFD, so callers refuse them first. */
  text(text: string): this {
    this.#room(4 + text.length * 3);
    const bytes = this.#bytes;
    const from = this.#at + 4;
    for (let index = 0; index < text.length; index++) {
      const code = text.charCodeAt(index);
      if (code > 127) return this.#encoded(text);
      bytes[from + index] = code;
    }
    this.#length(this.#at, text.length);
    this.#at = from + text.length;
    return this;
  }

  /** A frame of bytes. */
  bytes(bytes: Uint8Array): this {
    this.#room(4 + bytes.length);
    this.#length(this.#at, bytes.length);
    this.#bytes.set(bytes, this.#at + 4);
    this.#at += 4 + bytes.length;
    return this;
  }

  /** All of it, until the next `start`. */
  written(): Uint8Array {
    return this.#bytes.subarray(0, this.#at);
  }

  #encoded(text: string): this {
    const { written } = encoder.encodeInto(text, this.#bytes.subarray(this.#at + 4));
    this.#length(this.#at, written);
    this.#at += 4 + written;
    return this;
  }

  #length(at: number, value: number): void {
    this.#bytes[at] = value >>> 24;
    this.#bytes[at + 1] = value >>> 16;
    this.#bytes[at + 2] = value >>> 8;
    this.#bytes[at + 3] = value;
  }

  #room(length: number): void {
    if (this.#at + length <= this.#bytes.length) return;
    const more = new Uint8Array(2 * (this.#at + length));
    more.set(this.#bytes.subarray(0, this.#at));
    this.#bytes = more;
  }
}
