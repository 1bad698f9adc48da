const encoder = new TextEncoder();

/**
 * Puts frames together: each field a 4-byte big-endian length and its bytes; strings as UTF-8. One place that is
 * written over again and again, because entries are spelled by the million.
 */
export class Frames {
  #bytes = new Uint8Array(8192);
  #at = 0;

  /** Begins anew, after these bytes. */
  begin(...prefix: readonly number[]): this {
    this.#at = 0;
    for (const byte of prefix) this.#bytes[this.#at++] = byte;
    return this;
  }

  field(value: string | Uint8Array): this {
    const at = this.#at + 4;
    let length: number;
    if (typeof value === 'string') {
      // A UTF-16 code unit is at most three bytes of UTF-8.
      this.#reserve(at + 3 * value.length);
      length = this.#text(value, at);
    } else {
      length = value.length;
      this.#reserve(at + length);
      this.#bytes.set(value, at);
    }
    this.#number(length, at - 4);
    this.#at = at + length;
    return this;
  }

  uint32(value: number): this {
    this.#reserve(this.#at + 4);
    this.#number(value, this.#at);
    this.#at += 4;
    return this;
  }

  /** Opens a frame whose field is what follows; answers what `close` needs. */
  open(): number {
    this.#reserve(this.#at + 4);
    this.#at += 4;
    return this.#at;
  }

  close(opened: number): this {
    this.#number(this.#at - opened, opened - 4);
    return this;
  }

  /** What was written, only until the next `begin`. */
  view(): Uint8Array {
    return this.#bytes.subarray(0, this.#at);
  }

  #reserve(size: number): void {
    if (size <= this.#bytes.length) return;
    const wider = new Uint8Array(2 * size);
    wider.set(this.#bytes);
    this.#bytes = wider;
  }

  #number(value: number, at: number): void {
    this.#bytes[at] = value >>> 24;
    this.#bytes[at + 1] = value >>> 16;
    this.#bytes[at + 2] = value >>> 8;
    this.#bytes[at + 3] = value;
  }

  /** Writes UTF-8; answers how many bytes. Short plain text goes by itself: calling the encoder costs more. */
  #text(text: string, at: number): number {
    if (text.length < 128) {
      const bytes = this.#bytes;
      let place = 0;
      for (; place < text.length; place++) {
        const unit = text.charCodeAt(place);
        if (unit > 127) break;
        bytes[at + place] = unit;
      }
      if (place === text.length) return place;
    }
    return encoder.encodeInto(text, this.#bytes.subarray(at)).written;
  }
}

const desk = new Frames();

/** The one desk, begun anew. Read what is on it before anything else is written. */
export function onDesk(...prefix: readonly number[]): Frames {
  return desk.begin(...prefix);
}

/** Each field as a 4-byte big-endian length and its bytes; strings as UTF-8. No two field lists give the same bytes. */
export function framed(...fields: readonly (string | Uint8Array)[]): Uint8Array {
  const frames = onDesk();
  for (const field of fields) frames.field(field);
  return frames.view().slice();
}
