import { sha256, toHex, utf8 } from '@uncaged/book/rules';

/**
 * Draws so many of the candidates that whoever knows the seed draws the same: those whose SHA-256 of seed, purpose and
 * id, with a zero byte between them, is the smallest, in that order. The seed is a checkpoint's root in lower-case hex,
 * sealed after the candidates were known; the purpose keeps two draws by one seed apart. By hand:
 * `printf '%s\0%s\0%s' SEED PURPOSE ID | sha256sum`.
 */
export function drawn(candidates: readonly string[], seats: number, seed: string, purpose: string): string[] {
  return [...new Set(candidates)]
    .map((id) => ({ id, lot: toHex(sha256(utf8(`${seed}\0${purpose}\0${id}`))) }))
    .sort((a, b) => (a.lot < b.lot ? -1 : a.lot > b.lot ? 1 : 0))
    .slice(0, seats)
    .map(({ id }) => id);
}
