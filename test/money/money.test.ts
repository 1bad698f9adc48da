import { sql } from '@uncaged/platform';
import { expect, it } from 'vitest';
import { type Fault, faultOf } from './bank.ts';
import { operationsOf } from './operations.ts';
import { shrunk } from './shrink.ts';

const fresh = Math.floor(Math.random() * 2 ** 31);
it.each([20_261_127, fresh])('money is moved and never made: seed %i', { timeout: 300_000 }, async (seed) => {
  expect(await faultOf([...operationsOf(seed, 2_000)].flat())).toBeNull();
});

it('a bank that mints a coin is found, and the script that shows it is short', {
  timeout: 300_000,
}, async () => {
  const mints: Fault = async (tx, { to, amount, currency }) => {
    if (BigInt(amount) % 97n !== 0n) return;
    await tx.execute(
      sql`insert into book_credits (account, currency, amount) values (${to}, ${currency}, 1)`,
    );
  };
  const operations = [...operationsOf(7, 600)].flat();
  expect(await faultOf(operations, mints)).not.toBeNull();
  const script = await shrunk(operations, async (some) => (await faultOf(some, mints)) !== null);
  expect(script).toHaveLength(1);
  expect(script[0]).toMatchObject({ do: 'post' });
});
