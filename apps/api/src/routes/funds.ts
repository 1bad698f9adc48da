import { balanceSheet, type Entry } from '@uncaged/book';
import {
  declareSource,
  deposit,
  escrowedByCurrency,
  exchange,
  fundsOf,
  movementsOf,
  reverseMovement,
  transfer,
} from '@uncaged/compensation';
import { fundEndpoints as wire } from '@uncaged/contract';
import { type Deps, newRoutes } from '../deps.ts';
import { route } from '../route.ts';
import { wired } from '../wired.ts';
import { wireFunds } from './compensation.view.ts';

/** The money of the collective: where it came from, where it stands, how it moves. */
export function fundRoutes(deps: Deps) {
  const app = newRoutes();
  const { db } = deps.platform;
  const allFunds = async () =>
    wireFunds(await fundsOf(db.read), await escrowedByCurrency(db.read), await balanceSheet(db.read));
  route(
    app,
    wire.deposit,
    { summary: 'Write down money that came in', status: 201 },
    async ({ c, body, idempotencyKey }) => {
      const made = await deposit(await deps.contextOf(c), { ...body, idempotencyKey });
      if (!made.ok) return made;
      const { entry } = made;
      const { fund, source, amount, currency } = made.deposit;
      const { funds } = await allFunds();
      const answer = {
        deposit: {
          entryId: entry.id,
          fund,
          source,
          amount: amount.toString(),
          currency,
          time: entry.time.toISOString(),
          proof: `/api/book/entries/${entry.id}`,
        },
        fund: funds.find(({ name }) => name === fund) ?? { name: fund, balances: [] },
        receipt: await deps.receipt(entry),
      };
      return { ok: true, answer };
    },
  );
  route(app, wire.listFunds, { summary: 'What stands in the funds, and where it came from' }, async () => ({
    ok: true,
    answer: await allFunds(),
  }));
  const moved = async (entry: Entry) => {
    const { funds } = await allFunds();
    return { ok: true as const, answer: { funds, receipt: await deps.receipt(entry) } };
  };
  const declaring = { summary: 'Say what a source of money is', status: 201 as const };
  route(app, wire.declareSource, declaring, async ({ c, body }) => {
    const made = await declareSource(await deps.contextOf(c), body);
    if (!made.ok) return made;
    return { ok: true, answer: { source: made.source, receipt: await deps.receipt(made.entry) } };
  });
  const moving = { summary: 'Move money from one fund to another', status: 201 as const };
  route(app, wire.transfer, moving, async ({ c, body, idempotencyKey }) => {
    const made = await transfer(await deps.contextOf(c), { ...body, idempotencyKey });
    return made.ok ? moved(made.entry) : made;
  });
  const changing = { summary: 'Change money of a fund into another currency', status: 201 as const };
  route(app, wire.exchange, changing, async ({ c, body, idempotencyKey }) => {
    const made = await exchange(await deps.contextOf(c), { ...body, idempotencyKey });
    if (!made.ok) return made;
    const { received, into } = made.exchange;
    const receipts = { out: await deps.receipt(made.out), in: await deps.receipt(made.in) };
    const { funds } = await allFunds();
    return { ok: true, answer: { received: received.toString(), into, funds, receipts } };
  });
  const undoing = { summary: 'Take back a deposit or transfer that was a mistake', status: 201 as const };
  route(app, wire.reverse, undoing, async ({ c, body }) => {
    const made = await reverseMovement(await deps.contextOf(c), body);
    return made.ok ? moved(made.entry) : made;
  });
  route(app, wire.movements, { summary: 'The last movements of a fund' }, async ({ params }) => {
    const found = await movementsOf(db.read, params.name ?? '', 100);
    const movements = found.map(({ amount, balance, ...movement }) => ({
      ...movement,
      amount: amount.toString(),
      balance: balance.toString(),
      proof: `/api/book/entries/${movement.entryId}`,
    }));
    return { ok: true, answer: wired({ movements }) };
  });
  return app;
}
