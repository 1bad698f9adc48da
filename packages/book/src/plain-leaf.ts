import type { Leaf } from './leaf.ts';

/** Where leaves are written; null where the machine has no quick way to write text as single bytes. */
const desk = globalThis.Buffer?.alloc(8192) ?? null;

/** A length below 128 as four bytes, one character each. */
const lengths = Array.from({ length: 128 }, (_, length) => `\0\0\0${String.fromCharCode(length)}`);
const digits = (width: number) =>
  Array.from({ length: 10 ** width }, (_, n) => n.toString().padStart(width, '0'));
const [two, three] = [digits(2), digits(3)];
const COMMITMENT = '\0'.repeat(32);
const ONE_BYTE_EACH = /^[\0-\x7f]*$/;

const DAY = 86_400_000;
const today = { number: Number.NaN, text: '' };

/** ISO 8601 as Date spells it, the day remembered: entries that follow each other mostly share it. */
function isoTime(time: Date): string {
  const at = time.getTime();
  const day = Math.floor(at / DAY);
  if (day !== today.number) {
    today.number = day;
    today.text = time.toISOString().slice(0, -'00:00:00.000Z'.length);
  }
  const ms = at - day * DAY;
  const seconds = Math.floor(ms / 1000);
  const minutes = Math.floor(seconds / 60);
  const [h, m, s] = [two[Math.floor(minutes / 60)], two[minutes % 60], two[seconds % 60]];
  return `${today.text}${h}:${m}:${s}.${three[ms % 1000]}Z`;
}

/**
 * 0x00 and the leaf's bytes, for leaves of plain short words, as nearly all are: one text, written at once. Null for
 * any other, which are spelled field by field. Good until the next call.
 */
export function plainLeaf(leaf: Leaf, tag: string): Uint8Array | null {
  const { id, kind, time, actor, subject, visibility, commitment, postings } = leaf;
  if (!desk || commitment.length !== 32 || postings.length > 100) return null;
  const fields = [tag, id, kind, isoTime(time), actor ?? '', subject, visibility];
  let head = '\0';
  for (const field of fields) {
    if (field.length > 127) return null;
    head += lengths[field.length] + field;
  }
  head += lengths[32];
  let legs = lengths[postings.length] ?? '';
  for (const { account, currency, amount } of postings) {
    const number = amount.toString();
    if (account.length > 127 || currency.length > 127 || number.length > 127) return null;
    legs += `${lengths[account.length]}${account}${lengths[currency.length]}${currency}${lengths[number.length]}${number}`;
  }
  const text = head + COMMITMENT + legs;
  if (text.length + 4 > desk.length || !ONE_BYTE_EACH.test(text)) return null;
  desk.write(head, 0, 'latin1');
  desk.set(commitment, head.length);
  const at = head.length + 32;
  desk.writeUInt32BE(legs.length, at);
  desk.write(legs, at + 4, 'latin1');
  return desk.subarray(0, at + 4 + legs.length);
}
