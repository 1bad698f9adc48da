import { readFile } from 'node:fs/promises';
import { type Platform, rows, sql } from '@uncaged/platform';

const CURRENCY = 'EUR';

/** pgledger's transfers on the same server, under the same settings. */
export interface Pgledger {
  /** One transfer into the hot account, in its transaction. `n` chooses who pays. */
  transfer(n: number): Promise<void>;
}

/**
 * Sets pgledger up in the platform's database from its own SQL, and opens its accounts: the hot one, and so many that
 * pay and may go below zero, so that it checks less than we do. `files`: paths of its SQL, in the order to run them.
 */
export async function openPgledger(
  platform: Platform,
  { files, payers }: { files: readonly string[]; payers: number },
): Promise<Pgledger> {
  const { db } = platform;
  for (const file of files) await db.read.execute(sql.raw(await readFile(file, 'utf8')));
  const account = async (name: string): Promise<string> => {
    const [made] = await rows<{ id: string }>(
      db.read,
      sql`select id from pgledger_create_account(${name}, ${CURRENCY})`,
    );
    if (!made) throw new Error('pgledger opened no account');
    return made.id;
  };
  const hot = await account('hot');
  const from: string[] = [];
  for (let n = 0; n < payers; n++) from.push(await account(`payer ${n}`));
  return {
    async transfer(n) {
      const payer = from[n % payers] ?? '';
      await db.transaction((tx) =>
        tx.execute(sql`select id from pgledger_create_transfer(${payer}, ${hot}, 1)`),
      );
    },
  };
}
