import { sha256 } from '@noble/hashes/sha2.js';
import { canonicalJson, toHex, utf8 } from '@uncaged/book/rules';

/**
 * SHA-256, in hex, of the canonical JSON of a policy document. A revert gives the old hash again; the place in
 * history is told by version and by the hash before. Throws on a document that no policy schema lets through.
 */
export function policyHash(document: unknown): string {
  const canonical = canonicalJson(document);
  if (!canonical.ok) throw new Error(`a policy cannot be hashed: ${canonical.code} at ${canonical.path}`);
  return toHex(sha256(utf8(canonical.text)));
}
