/** The wire of the money of the collective: funds, where it came from, and how it moves between them. */
import { z } from 'zod';
import { currencySchema, endpoint, idSchema, instantSchema, minorSchema, receiptSchema } from './common.ts';

/** A path to where an entry's leaf, postings and inclusion proof can be read. */
export const proofSchema = z.string().startsWith('/api/book/entries/');
const slugSchema = z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must be a short lower-case name');

export const moneySchema = z.object({ amount: minorSchema, currency: currencySchema });
export type Money = z.infer<typeof moneySchema>;

/** Where money can come from. A source named like a kind needs no declaration. */
export const sourceKinds = ['grant', 'membership', 'sales', 'donation', 'licence'] as const;

/** POST /api/funds/deposits (steward) */
export const depositRequestSchema = z.strictObject({
  /** a short lower-case name; "main" pays the calls */
  fund: z.string(),
  amount: z.string(),
  currency: z.string(),
  /** where the money comes from: a kind of money, or the name of a declared source */
  source: z.string(),
});
export type DepositRequest = z.infer<typeof depositRequestSchema>;

export const fundSchema = z.object({ name: slugSchema, balances: z.array(moneySchema) });
export type Fund = z.infer<typeof fundSchema>;

export const depositResponseSchema = z.object({
  deposit: z.object({
    entryId: idSchema,
    fund: slugSchema,
    source: z.string(),
    amount: minorSchema,
    currency: currencySchema,
    time: instantSchema,
    proof: proofSchema,
  }),
  fund: fundSchema,
  receipt: receiptSchema,
});
export type DepositResponse = z.infer<typeof depositResponseSchema>;

/** GET /api/funds */
export const fundsResponseSchema = z.object({
  funds: z.array(fundSchema),
  /** what came in from outside, by source, since the beginning */
  sources: z.array(
    z.object({
      source: z.string(),
      amount: minorSchema,
      currency: currencySchema,
      /** what kind of money it is; null for a source that nobody declared */
      kind: z.enum(sourceKinds).nullable(),
      /** who a declared sponsor is, and what they ask in return */
      sponsor: z.string().nullable(),
      asks: z.string().nullable(),
    }),
  ),
  /** what all calls hold in escrow together */
  escrowed: z.array(moneySchema),
  /**
   * The balance sheet: what all accounts of a class hold together. The world stands below zero by what it gave; every
   * currency adds up to zero.
   */
  sheet: z.array(
    z.object({
      class: z.enum(['fund', 'escrow', 'pool', 'member', 'world']),
      currency: currencySchema,
      amount: minorSchema,
      accounts: z.int(),
    }),
  ),
});
export type FundsResponse = z.infer<typeof fundsResponseSchema>;

/** POST /api/funds/sources (steward): what a source of money is; a sponsor says what they ask in return */
export const sourceRequestSchema = z.strictObject({
  name: z.string(),
  kind: z.string(),
  sponsor: z.string().optional(),
  asks: z.string().optional(),
});
export const sourceResponseSchema = z.object({
  source: z.object({
    name: slugSchema,
    kind: z.enum(sourceKinds),
    sponsor: z.string().nullable(),
    asks: z.string().nullable(),
  }),
  receipt: receiptSchema,
});

/** POST /api/funds/transfers (steward) */
export const transferRequestSchema = z.strictObject({
  from: z.string(),
  to: z.string(),
  amount: z.string(),
  currency: z.string(),
  purpose: z.string(),
});
export const movedResponseSchema = z.object({ funds: z.array(fundSchema), receipt: receiptSchema });

/** POST /api/funds/exchanges (steward): `rate` is units of `into` for a unit of `currency`, as a decimal such as 1.0847 */
export const exchangeRequestSchema = z.strictObject({
  fund: z.string(),
  amount: z.string(),
  currency: z.string(),
  into: z.string(),
  rate: z.string(),
  /** who says so, and of which day */
  rateSource: z.string(),
});
export const exchangeResponseSchema = z.object({
  /** minor units of `into` */
  received: minorSchema,
  into: currencySchema,
  funds: z.array(fundSchema),
  receipts: z.object({ out: receiptSchema, in: receiptSchema }),
});

/** POST /api/funds/reversals (steward): takes back a deposit or a transfer that was a mistake */
export const reversalRequestSchema = z.strictObject({ entryId: z.string().max(100), reason: z.string() });

/** GET /api/funds/:name/movements: the last 100, newest first */
export const movementsResponseSchema = z.object({
  movements: z.array(
    z.object({
      entryId: idSchema,
      time: instantSchema,
      kind: z.string(),
      subject: z.string(),
      amount: minorSchema,
      currency: currencySchema,
      /** what stands in the fund in that currency after it */
      balance: minorSchema,
      /** whether a steward can still take it back */
      reversible: z.boolean(),
      proof: proofSchema,
    }),
  ),
});
export type MovementsResponse = z.infer<typeof movementsResponseSchema>;

export const fundEndpoints = {
  deposit: endpoint<DepositRequest, DepositResponse>('POST', '/api/funds/deposits', {
    body: depositRequestSchema,
    answer: depositResponseSchema,
  }),
  listFunds: endpoint('GET', '/api/funds', { answer: fundsResponseSchema }),
  declareSource: endpoint('POST', '/api/funds/sources', {
    body: sourceRequestSchema,
    answer: sourceResponseSchema,
  }),
  transfer: endpoint('POST', '/api/funds/transfers', {
    body: transferRequestSchema,
    answer: movedResponseSchema,
  }),
  exchange: endpoint('POST', '/api/funds/exchanges', {
    body: exchangeRequestSchema,
    answer: exchangeResponseSchema,
  }),
  reverse: endpoint('POST', '/api/funds/reversals', {
    body: reversalRequestSchema,
    answer: movedResponseSchema,
  }),
  movements: endpoint('GET', '/api/funds/:name/movements', { answer: movementsResponseSchema }),
};
