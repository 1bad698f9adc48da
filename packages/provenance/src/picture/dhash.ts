/**
 * 64-bit difference hash of a 9 × 8 grey picture, row by row: 1 where a pixel is brighter than its right
 * neighbour (Krawetz 2013). 16 hex digits.
 */
export function differenceHash(grey: Uint8Array): string {
  if (grey.length !== 72) throw new Error(`a difference hash needs 9 × 8 pixels, not ${grey.length}`);
  let hash = 0n;
  for (let y = 0; y < 8; y++)
    for (let x = 0; x < 8; x++)
      hash = (hash << 1n) | ((grey[y * 9 + x] as number) > (grey[y * 9 + x + 1] as number) ? 1n : 0n);
  return hash.toString(16).padStart(16, '0');
}

/** How many of the 64 bits differ. Unrelated pictures go down to about 7; 5 or fewer deserve a look by people. */
export function hashDistance(one: string, other: string): number {
  let bits = BigInt(`0x${one}`) ^ BigInt(`0x${other}`);
  let distance = 0;
  for (; bits !== 0n; bits &= bits - 1n) distance++;
  return distance;
}
