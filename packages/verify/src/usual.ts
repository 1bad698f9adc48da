import {
  fromBase64,
  fromHex,
  keyIdOf,
  MERGE_DELAY_SECONDS,
  type NoteKey,
  sameBytes,
  utf8,
  type VerifySignature,
} from '@uncaged/book/rules';

/** An entry as its receipt promises it. */
export interface Promised {
  readonly id: string;
  /** 32 bytes. */
  readonly leafHash: Uint8Array;
  /** ISO 8601. */
  readonly time: string;
}

/** Characters of an id, of a leaf hash in hex and in base64, of a time, and of a key id and signature in base64. */
const [ID, HEX, BASE64, TIME, SIGNED] = [36, 64, 44, 24, 92];

/**
 * Tells receipts as this book writes them, without parsing: all of such a line but its signature follows from the entry,
 * so it is compared as it stands. Answers whether a line is the receipt of what was promised; its signature is handed
 * on. False says nothing: a receipt may be spelled otherwise, and hold.
 */
export function usualReceipt(
  key: NoteKey,
): (line: string, promised: Promised, verify: VerifySignature) => boolean {
  const name = JSON.stringify(key.name).slice(1, -1);
  const [id64, delay] = [keyIdOf(key), MERGE_DELAY_SECONDS];
  const parts = [
    '{"entryId":"',
    '","leafHash":"',
    `","mergeDelaySeconds":${delay},"note":"${name}/receipt\\n`,
    '\\n',
    '\\n',
    `\\n${delay}\\n\\n— ${name} `,
    '\\n","time":"',
    '"}',
  ];
  const between = [ID, HEX, ID, BASE64, TIME, SIGNED, TIME, 0];
  let length = 0;
  // Where each part begins; what stands after it begins where it ends.
  const fixed = parts.map((part, index) => {
    const from = length;
    length += part.length + (between[index] ?? 0);
    return [from, part] as const;
  });
  const [id, hex, idAgain, base64, time, signed, timeAgain] = fixed.map(
    ([from, part]) => from + part.length,
  ) as number[] & [number, number, number, number, number, number, number];
  const messageOf = messages(key.name);
  return (line, promised, verify) => {
    const at = promised.time;
    if (line.length !== length || promised.id.length !== ID || at.length !== TIME) return false;
    for (const [from, part] of fixed) if (!line.startsWith(part, from)) return false;
    if (!line.startsWith(promised.id, id) || !line.startsWith(promised.id, idAgain)) return false;
    if (!line.startsWith(at, time) || !line.startsWith(at, timeAgain)) return false;
    const hash64 = line.slice(base64, base64 + BASE64);
    const hashes = [fromHex(line.slice(hex, hex + HEX)), fromBase64(hash64)];
    if (!hashes.every((hash) => hash && sameBytes(hash, promised.leafHash))) return false;
    const bytes = fromBase64(line.slice(signed, signed + SIGNED));
    if (bytes?.length !== id64.length + 64 || !sameBytes(bytes.subarray(0, id64.length), id64)) return false;
    return verify(bytes.subarray(id64.length), messageOf(promised.id, hash64, at), key.publicKey);
  };
}

/** What a receipt's signature is over, made by writing into what is the same in all. The bytes stand until the next. */
function messages(name: string): (id: string, hash64: string, time: string) => Uint8Array {
  const head = utf8(`${name}/receipt\n`);
  const tail = utf8(`\n${MERGE_DELAY_SECONDS}\n`);
  const [id, hash, time] = [head.length, head.length + ID + 1, head.length + ID + BASE64 + 2];
  const bytes = new Uint8Array(time + TIME + tail.length).fill(10);
  bytes.set(head);
  bytes.set(tail, time + TIME);
  const put = (text: string, at: number) => {
    for (let index = 0; index < text.length; index++) bytes[at + index] = text.charCodeAt(index);
  };
  return (entryId, hash64, written) => {
    put(entryId, id);
    put(hash64, hash);
    put(written, time);
    return bytes;
  };
}
