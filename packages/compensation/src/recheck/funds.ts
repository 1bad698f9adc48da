import { sourceKinds } from '@uncaged/governance/rules';
import {
  exchangeAccount,
  exchanged,
  opposite,
  readRate,
  readSource,
  reversibleKinds,
} from '../funds/moving.ts';
import {
  type Fields,
  type Finding,
  fields,
  idOf,
  moves,
  type ReadEntry,
  type Rule,
  type Seen,
  samePostings,
  text,
} from './seen.ts';

function remember({ movements }: Seen, entry: ReadEntry): void {
  if (reversibleKinds.includes(entry.kind)) movements.set(entry.id, entry.postings);
}

/** Money comes in from the world, into a fund, and nowhere else. */
function deposited(seen: Seen, entry: ReadEntry): Finding {
  const [to] = entry.postings.filter(({ amount }) => amount > 0n);
  const [from] = entry.postings.filter(({ amount }) => amount < 0n);
  const comesIn =
    from?.account.startsWith('world:') &&
    from.account !== exchangeAccount &&
    to?.account === `fund:${idOf(entry)}` &&
    moves(entry, from.account, to.account, to.amount, to.currency);
  remember(seen, entry);
  if (!from || !comesIn) return 'does not bring money from outside into its fund';
  const source = from.account.slice('world:'.length);
  const known = sourceKinds.some((kind) => kind === source) || seen.sources.has(source);
  return known ? null : 'comes from a source that nobody declared';
}

function declared({ sources }: Seen, entry: ReadEntry): Finding {
  const { name, kind, sponsor, asks } = fields(entry);
  const read = readSource({
    name: String(name),
    kind: String(kind),
    ...(typeof sponsor === 'string' ? { sponsor } : {}),
    ...(typeof asks === 'string' ? { asks } : {}),
  });
  if (!read.ok || name !== idOf(entry) || sources.has(String(name)))
    return 'declares a source that is none, or is declared already';
  sources.add(String(name));
  return entry.postings.length > 0 ? 'moves money' : null;
}

function transferred(seen: Seen, entry: ReadEntry): Finding {
  const payload = fields(entry);
  const [from, to] = [text(payload, 'from'), text(payload, 'to')];
  const amount = BigInt(text(payload, 'amount'));
  remember(seen, entry);
  const moved =
    from !== to &&
    amount > 0n &&
    moves(entry, `fund:${from}`, `fund:${to}`, amount, text(payload, 'currency'));
  return moved && text(payload, 'purpose') !== '' ? null : 'does not move between funds what it says';
}

const alike = (one: Fields, other: Fields) =>
  JSON.stringify(Object.entries(one).sort()) === JSON.stringify(Object.entries(other).sort());

function exchangedOut({ exchanges }: Seen, entry: ReadEntry): Finding {
  const payload = fields(entry);
  const [currency, into] = [text(payload, 'currency'), text(payload, 'into')];
  const [amount, received] = [BigInt(text(payload, 'amount')), BigInt(text(payload, 'received'))];
  const rate = readRate(text(payload, 'rate'));
  if (text(payload, 'exchangeId') !== idOf(entry) || exchanges.has(idOf(entry)) || currency === into)
    return 'exchanges what is another, or was exchanged already';
  if (!rate || received <= 0n || exchanged(amount, currency, into, rate) !== received)
    return 'does not get what its rate gives';
  if (text(payload, 'rateSource') === '') return 'does not say whose rate it is';
  exchanges.set(idOf(entry), { entryId: entry.id, payload });
  return moves(entry, `fund:${text(payload, 'fund')}`, exchangeAccount, amount, currency)
    ? null
    : 'does not give what it exchanges';
}

function exchangedIn({ exchanges }: Seen, entry: ReadEntry): Finding {
  const payload = fields(entry);
  const given = exchanges.get(idOf(entry));
  if (!given || !alike(given.payload, payload)) return 'gets what nobody gave for it';
  exchanges.set(idOf(entry), null);
  const [received, into] = [BigInt(text(payload, 'received')), text(payload, 'into')];
  return moves(entry, exchangeAccount, `fund:${text(payload, 'fund')}`, received, into)
    ? null
    : 'does not get what it exchanged';
}

function reversed({ movements }: Seen, entry: ReadEntry): Finding {
  const payload = fields(entry);
  const id = text(payload, 'reversedEntryId');
  const postings = movements.get(id);
  if (postings === undefined) return 'takes back what cannot be taken back';
  if (postings === null) return 'takes back what was taken back already';
  movements.set(id, null);
  if (text(payload, 'reason') === '') return 'does not say why';
  return samePostings(entry.postings, opposite(postings))
    ? null
    : 'is not the opposite of what it takes back';
}

/** Exchanges of which only the first half stands: the money left its fund and came back as nothing. */
export function halfExchanges({ exchanges }: Seen): { entryId: string; why: string }[] {
  return [...exchanges.values()].flatMap((given) =>
    given ? [{ entryId: given.entryId, why: 'gives money for other money that never came' }] : [],
  );
}

export const fundRules: Readonly<Record<string, Rule>> = {
  'fund.deposited': deposited,
  'source.declared': declared,
  'fund.transferred': transferred,
  'fund.exchanged-out': exchangedOut,
  'fund.exchanged-in': exchangedIn,
  'fund.reversed': reversed,
};
