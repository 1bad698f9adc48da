import { verifyArchive } from '../verify.ts';

export interface Flips {
  readonly times: number;
  readonly found: number;
  /** Offsets and values of changes that were not found; none, if the checker is right. */
  readonly missed: readonly { offset: number; to: number }[];
  /** How often each code was the answer. */
  readonly codes: Readonly<Record<string, number>>;
}

/**
 * Changes one random byte of an archive to another value, checks it, puts it back, `times` over. The changes follow
 * from `seed`, so a run can be repeated. Throws when the archive does not hold unchanged.
 */
export async function flipBytes(archive: Uint8Array, times: number, seed = 1): Promise<Flips> {
  const intact = await verifyArchive(archive);
  if (!intact.ok) throw new Error(`the archive does not hold as it is: ${intact.message}`);
  const bytes = archive.slice();
  const next = randomBy(seed);
  const missed: { offset: number; to: number }[] = [];
  const codes: Record<string, number> = {};
  for (let n = 0; n < times; n++) {
    const offset = next(bytes.length);
    const before = bytes[offset] as number;
    const to = (before + 1 + next(255)) % 256;
    bytes[offset] = to;
    const verdict = await verifyArchive(bytes);
    bytes[offset] = before;
    if (verdict.ok) missed.push({ offset, to });
    else codes[verdict.code] = (codes[verdict.code] ?? 0) + 1;
  }
  return { times, found: times - missed.length, missed, codes };
}

/** Whole numbers below a bound, by a 64-bit linear congruential generator (Knuth's MMIX constants). */
function randomBy(seed: number): (below: number) => number {
  let state = BigInt(seed);
  return (below) => {
    state = BigInt.asUintN(64, state * 6364136223846793005n + 1442695040888963407n);
    return Number((state >> 32n) % BigInt(below));
  };
}
