import { pseudonymsOf } from '@uncaged/governance';
import type { Tx } from '@uncaged/platform';

/** Members by id, in the name they go by now; null once they had themself erased. */
export async function namesOf(
  tx: Tx,
  ids: readonly string[],
): Promise<(id: string) => { id: string; pseudonym: string | null }> {
  const names = await pseudonymsOf(tx, [...new Set(ids)]);
  return (id) => ({ id, pseudonym: names.get(id) ?? null });
}
