/**
 * The shortest list of operations that still fails, by delta debugging (Zeller's ddmin): parts are left out as long as
 * what is left fails. `fails` runs a list on a bank of its own.
 */
export async function shrunk<Operation>(
  operations: readonly Operation[],
  fails: (operations: readonly Operation[]) => Promise<boolean>,
): Promise<Operation[]> {
  let left = [...operations];
  for (let parts = 2; left.length > 1 && parts <= left.length; ) {
    const size = Math.ceil(left.length / parts);
    let found = false;
    for (let at = 0; at < left.length && !found; at += size) {
      const without = [...left.slice(0, at), ...left.slice(at + size)];
      if (without.length > 0 && (await fails(without))) {
        left = without;
        found = true;
      }
    }
    if (found) parts = Math.max(2, parts - 1);
    else if (size === 1) break;
    else parts = Math.min(left.length, parts * 2);
  }
  return left;
}
