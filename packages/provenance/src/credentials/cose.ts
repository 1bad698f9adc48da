/**
 * COSE_Sign1 (RFC 9052) as C2PA 2.1 section 13.2 wants it: ES256, the chain in the protected header, a detached
 * payload, and a `pad` in the unprotected header that fills up the reserved size exactly.
 */

const ES256 = -7;
const HEADER_ALG = 1;
const HEADER_X5CHAIN = 33;

type Cbor = Uint8Array;

/** A CBOR head (RFC 8949, section 3): major type and argument. */
function head(major: number, value: number): Uint8Array {
  const first = major << 5;
  if (value < 24) return Uint8Array.of(first | value);
  if (value < 0x100) return Uint8Array.of(first | 24, value);
  if (value < 0x10000) return Uint8Array.of(first | 25, value >> 8, value & 0xff);
  return Uint8Array.of(first | 26, value >>> 24, (value >> 16) & 0xff, (value >> 8) & 0xff, value & 0xff);
}

const integer = (value: number): Cbor => (value < 0 ? head(1, -1 - value) : head(0, value));
const bytes = (value: Uint8Array): Cbor => Buffer.concat([head(2, value.length), value]);
const text = (value: string): Cbor => {
  const utf8 = Buffer.from(value);
  return Buffer.concat([head(3, utf8.length), utf8]);
};
const array = (items: readonly Cbor[]): Cbor => Buffer.concat([head(4, items.length), ...items]);
const map = (pairs: readonly (readonly [Cbor, Cbor])[]): Cbor =>
  Buffer.concat([head(5, pairs.length), ...pairs.flat()]);
const NULL = Uint8Array.of(0xf6);

/** The complete COSE_Sign1 over a C2PA claim, exactly `size` bytes long. Throws when `size` is too small. */
export async function signClaim(
  claim: Uint8Array,
  certificates: readonly Uint8Array[],
  sign: (bytes: Uint8Array) => Promise<Uint8Array>,
  size: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const protectedHeader = map([
    [integer(HEADER_ALG), integer(ES256)],
    [integer(HEADER_X5CHAIN), array(certificates.map(bytes))],
  ]);
  const toBeSigned = array([
    text('Signature1'),
    bytes(protectedHeader),
    bytes(new Uint8Array()),
    bytes(claim),
  ]);
  const signature = await sign(toBeSigned);
  const build = (pad: number): Uint8Array =>
    Buffer.concat([
      head(6, 18),
      array([
        bytes(protectedHeader),
        map([[text('pad'), bytes(new Uint8Array(pad))]]),
        NULL,
        bytes(signature),
      ]),
    ]);
  // The head of the padding's byte string grows with its length, so the fit is found by trying.
  let pad = size - build(0).length;
  while (pad >= 0 && build(pad).length > size) pad--;
  const cose = pad < 0 ? null : build(pad);
  if (cose?.length !== size) throw new Error(`a signature does not fit into ${size} bytes`);
  return new Uint8Array(cose);
}
