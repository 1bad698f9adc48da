import fc from 'fast-check';

/** Accounts that raw postings move between; `world:` ones may go below zero. */
export const accounts = [
  'world:north',
  'world:south',
  'fund:river',
  'fund:hill',
  'member:crake',
  'member:tern',
  'member:knot',
  'member:ruff',
  'pool:reeds',
] as const;
export type Account = (typeof accounts)[number];
export const currencies = ['EUR', 'JPY'] as const;
export type Currency = (typeof currencies)[number];

/** One thing that somebody tries. Amounts are decimal strings of minor units, so that a script can be read and kept. */
export type Operation =
  /** an entry with two postings, under a key or not */
  | { do: 'post'; from: Account; to: Account; currency: Currency; amount: string; key: number | null }
  /** the same again that was posted under one of the keys so far */
  | { do: 'retry'; nth: number }
  /** something else under a key that is taken */
  | { do: 'conflict'; nth: number }
  /** postings that are none */
  | { do: 'wrong'; how: 'unbalanced' | 'zero' | 'mixed' | 'alone' | 'nowhere' }
  /** an entry that is written and then undone, as by a crash before the commit */
  | { do: 'crash'; from: Account; to: Account; currency: Currency; amount: string }
  | { do: 'deposit'; fund: string; amount: string }
  | { do: 'transfer'; from: string; to: string; amount: string }
  | { do: 'exchange'; amount: string; rate: string }
  /** takes back the nth deposit or transfer that went through, or a reversal */
  | { do: 'reverse'; nth: number }
  /** a budget is held for a call */
  | { do: 'call'; budget: string }
  /** a piece under the newest open call holds its pay */
  | { do: 'piece'; author: number }
  /** somebody answers the oldest piece that waits: pay, or release */
  | { do: 'answer'; reviewer: number; accept: boolean }
  /** time passes, and what is due is done: silence pays, calls close and give back */
  | { do: 'wait'; days: number }
  /** a clip is made, counts in its month, and pays the works behind its model */
  | { do: 'clip'; model: number }
  /** somebody claims a work of a model, or says how many of theirs are paid for */
  | { do: 'weigh'; model: number; member: number; weight: number }
  /** the book is sealed up to here */
  | { do: 'checkpoint' }
  | { do: 'read'; what: 'statement' | 'funds' | 'calls' | 'proof' | 'page'; nth: number };

const amount = fc
  .oneof({ weight: 8, arbitrary: fc.bigInt(1n, 5_000n) }, { weight: 1, arbitrary: fc.bigInt(1n, 10n ** 9n) })
  .map(String);
const account = fc.constantFrom(...accounts);
const currency = fc.constantFrom(...currencies);
const legs = fc
  .record({ from: account, to: account, currency, amount })
  .filter(({ from, to }) => from !== to);
const fund = fc.constantFrom('main', 'river', 'hill');
const key = fc.nat(2 ** 30);

/** What is tried, and how often: most are raw entries; of each thousand some ten are whole use cases, and some thirty are tries at what must not be. */
const operation: fc.Arbitrary<Operation> = fc.oneof(
  {
    weight: 4000,
    arbitrary: fc
      .tuple(legs, fc.option(key, { freq: 4 }))
      .map(([moved, under]): Operation => ({ do: 'post', ...moved, key: under })),
  },
  { weight: 40, arbitrary: key.map((nth): Operation => ({ do: 'retry', nth })) },
  { weight: 20, arbitrary: key.map((nth): Operation => ({ do: 'conflict', nth })) },
  {
    weight: 30,
    arbitrary: fc
      .constantFrom(
        'unbalanced' as const,
        'zero' as const,
        'mixed' as const,
        'alone' as const,
        'nowhere' as const,
      )
      .map((how): Operation => ({ do: 'wrong', how })),
  },
  { weight: 20, arbitrary: legs.map((moved): Operation => ({ do: 'crash', ...moved })) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('deposit' as const), fund, amount }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('transfer' as const), from: fund, to: fund, amount }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('exchange' as const),
      amount,
      rate: fc.constantFrom('161.37', '0.5', '1.0847', '0.000001'),
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('reverse' as const), nth: fc.nat(500) }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('call' as const), budget: fc.bigInt(1n, 60_000n).map(String) }),
  },
  { weight: 8, arbitrary: fc.record({ do: fc.constant('piece' as const), author: fc.nat(4) }) },
  {
    weight: 12,
    arbitrary: fc.record({ do: fc.constant('answer' as const), reviewer: fc.nat(4), accept: fc.boolean() }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('wait' as const), days: fc.integer({ min: 1, max: 9 }) }),
  },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('clip' as const), model: fc.nat(2) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('weigh' as const),
      model: fc.nat(2),
      member: fc.nat(4),
      weight: fc.nat(6),
    }),
  },
  { weight: 3, arbitrary: fc.constant<Operation>({ do: 'checkpoint' }) },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('read' as const),
      what: fc.constantFrom(
        'statement' as const,
        'funds' as const,
        'calls' as const,
        'proof' as const,
        'page' as const,
      ),
      nth: fc.nat(100_000),
    }),
  },
);

/** The operations of a seed, in chunks, so that a million of them need no room at once. */
export function* operationsOf(seed: number, count: number, chunk = 1_000): Generator<Operation[]> {
  for (let at = 0; at < count; at += chunk)
    yield fc.sample(operation, { numRuns: Math.min(chunk, count - at), seed: seed + at });
}
