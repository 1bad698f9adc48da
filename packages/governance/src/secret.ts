/**
 * Secret ballots by blind signatures: RFC 9474, RSABSSA-SHA384-PSS-Randomized. The collective signs a blinded ballot
 * paper for each member who may vote, once, and cannot tell later which paper it was. What a paper is, and whether a
 * ballot on it counts, anybody can check; who cast it nobody can, the collective included.
 */
import { ed25519 } from '@noble/curves/ed25519.js';
import { sha384 } from '@noble/hashes/sha2.js';
import { bytesToHex, concatBytes, hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js';
import { canonicalJson, fromBase64, type Json } from '@uncaged/book/rules';
import type { OptionVote } from './options.ts';
import type { VoteRule } from './policy.ts';
import type { Choice } from './tally.ts';
import type { Terms } from './terms.ts';

/** Bits of the key that signs papers; a fresh one a vote. */
export const ballotKeyBits = 3072;

/** A ballot on a paper. All bytes in hex. */
export interface SecretBallot {
  /** Ed25519 key that its voter made for this vote alone, 32 bytes */
  publicKey: string;
  /** the 32 bytes that RFC 9474 puts before the message */
  randomizer: string;
  /** the unblinded signature of the collective, as long as its key */
  token: string;
  /** grows with each change; the last counts */
  revision: number;
  choice: Choice | null;
  vote: OptionVote | null;
  /** of the voter's key over all that it says */
  signature: string;
}

/** Whether nobody learns who voted how, the collective included. */
export function isSecret(rule: Pick<VoteRule, 'secrecy'>, terms: Pick<Terms, 'secret'>): boolean {
  return rule.secrecy === 'secret' || (rule.secrecy === 'author_chooses' && terms.secret === true);
}

/** Until then papers are given out, and from then on ballots are taken: the two never overlap. */
export function papersUntil(opensAt: Date, closesAt: Date): Date {
  return new Date(opensAt.getTime() + Math.floor((closesAt.getTime() - opensAt.getTime()) / 2));
}

/** What the collective signs blindly, before RFC 9474 puts its random bytes in front. */
export function paperMessage(proposalId: string, publicKey: string): Uint8Array {
  return utf8ToBytes(`uncaged-ballot/1\n${proposalId}\n${publicKey}`);
}

/** What the voter's own key signs. */
export function ballotMessage(proposalId: string, ballot: Omit<SecretBallot, 'signature'>): Uint8Array {
  const { publicKey, revision, choice, vote } = ballot;
  const said = { proposalId, publicKey, revision, ...(vote ? { vote } : { choice }) } as unknown as Json;
  const written = canonicalJson(said);
  if (!written.ok) throw new TypeError(`a ballot that cannot be written: ${written.code}`);
  return utf8ToBytes(written.text);
}

/** Why a ballot is none: no paper of this vote, or not signed by whoever holds the paper; null where it is one. */
export function ballotFlaw(
  modulus: string,
  proposalId: string,
  ballot: SecretBallot,
): 'token_invalid' | 'signature_invalid' | null {
  const { publicKey, randomizer, token, signature } = ballot;
  if (!isHex(publicKey, 32) || !isHex(randomizer, 32) || !isHex(token)) return 'token_invalid';
  const paper = concatBytes(hexToBytes(randomizer), paperMessage(proposalId, publicKey));
  if (!verifyPss(modulus, paper, hexToBytes(token))) return 'token_invalid';
  if (!isHex(signature, 64)) return 'signature_invalid';
  const signed = ed25519.verify(
    hexToBytes(signature),
    ballotMessage(proposalId, ballot),
    hexToBytes(publicKey),
  );
  return signed ? null : 'signature_invalid';
}

const isHex = (text: string, bytes?: number): boolean =>
  /^(?:[0-9a-f]{2})+$/.test(text) && (bytes === undefined || text.length === bytes * 2);

/**
 * Those who may vote, as a count of secret ballots knows them: papers that voted, by their keys, and beside them as many
 * nobodies as there are members more. A count sees how many could vote, and never who.
 */
export function paperElectorate(publicKeys: readonly string[], eligible: number): string[] {
  const others = Math.max(0, eligible - publicKeys.length);
  return [...publicKeys, ...Array.from({ length: others }, (_, at) => `nobody ${at + 1}`)].sort();
}

const integer = (bytes: Uint8Array): bigint => BigInt(`0x${bytesToHex(bytes) || '0'}`);

/** The modulus of a key as JWK writes it (base64url), in bytes, big-endian. */
export const modulusBytes = (modulus: string): Uint8Array =>
  fromBase64(
    modulus
      .replaceAll('-', '+')
      .replaceAll('_', '/')
      .padEnd(Math.ceil(modulus.length / 4) * 4, '='),
  ) ?? new Uint8Array();

const hashLength = 48;
const saltLength = 48;

/** RSASSA-PSS-VERIFY (RFC 8017, 8.1.2) with SHA-384, MGF1 of the same, 48 bytes of salt and the exponent 65537. */
export function verifyPss(modulus: string, message: Uint8Array, signature: Uint8Array): boolean {
  const bytes = modulusBytes(modulus);
  const n = integer(bytes);
  if (signature.length !== bytes.length || n.toString(2).length !== ballotKeyBits) return false;
  const s = integer(signature);
  if (s >= n) return false;
  let power = s;
  for (let square = 0; square < 16; square++) power = (power * power) % n;
  const encoded = hexToBytes(((power * s) % n).toString(16).padStart(bytes.length * 2, '0'));
  return verifyEncoding(encoded, message);
}

/** EMSA-PSS-VERIFY (RFC 8017, 9.1.2) for a modulus of whole bytes: the first bit of the encoding is none of its own. */
function verifyEncoding(encoded: Uint8Array, message: Uint8Array): boolean {
  const maskedLength = encoded.length - hashLength - 1;
  const masked = encoded.subarray(0, maskedLength);
  const hash = encoded.subarray(maskedLength, maskedLength + hashLength);
  if (encoded.at(-1) !== 0xbc || ((masked[0] ?? 0xff) & 0x80) !== 0) return false;
  const mgf = mask(hash, maskedLength);
  const block = masked.map((byte, at) => byte ^ (mgf[at] ?? 0));
  block[0] = (block[0] ?? 0) & 0x7f;
  const salt = block.subarray(maskedLength - saltLength);
  const padding = block.subarray(0, maskedLength - saltLength);
  if (padding.at(-1) !== 1 || padding.subarray(0, -1).some((byte) => byte !== 0)) return false;
  const again = sha384(concatBytes(new Uint8Array(8), sha384(message), salt));
  return again.every((byte, at) => byte === hash[at]);
}

/** MGF1 (RFC 8017, B.2.1). */
function mask(seed: Uint8Array, length: number): Uint8Array {
  const blocks = Array.from({ length: Math.ceil(length / hashLength) }, (_, at) =>
    sha384(concatBytes(seed, Uint8Array.of(at >>> 24, at >>> 16, at >>> 8, at))),
  );
  return concatBytes(...blocks).subarray(0, length);
}
