/** The wire of royalties: what a clip paid, what a work earned, what a member is owed. */
import { z } from 'zod';
import { currencySchema, endpoint, idSchema, instantSchema, minorSchema } from './common.ts';
import { proofSchema } from './funds.ts';

/** A count of 2⁻⁶⁴ minor units, as a decimal string. */
const finestSchema = z.string().regex(/^\d{1,60}$/);
const modelSchema = z.object({ id: idSchema, name: z.string() });

const entrySchema = { time: instantSchema, entryId: idSchema, proof: proofSchema };

/** What a clip paid by itself. */
const paidSchema = z.object({
  currency: currencySchema,
  /** what policy says it owes, and what went into the model's pool: 0 where the fund could not pay it */
  due: minorSchema,
  amount: minorSchema,
  /** works it was shared among, each of weight 1 */
  works: z.int(),
  /** what one work had been owed since the pool began, before and after this clip */
  indexBefore: finestSchema,
  indexAfter: finestSchema,
  ...entrySchema,
});

/** What it has of the sum that the clips of its month share. */
const countedSchema = z.object({
  /** in UTC, as 2026-11 */
  month: z.string().regex(/^\d{4}-\d{2}$/),
  /** it was the nth clip of its model */
  place: z.int(),
  /** clips of its model and of all models: so far, or when the month was shared */
  ofModel: z.int(),
  ofAll: z.int(),
  /** what was set aside for the month; null where its fund could not */
  setAside: z.object({ amount: minorSchema, currency: currencySchema }).nullable(),
  /** what its model's pool got, and the works it was shared among; null until the month is shared */
  shared: z.object({ amount: minorSchema, works: z.int().nullable(), entryId: idSchema }).nullable(),
  ...entrySchema,
});

/** GET /api/generations/:id/royalty: public, as its entries in the book are */
export const clipRoyaltyResponseSchema = z.object({
  generationId: idSchema,
  model: modelSchema,
  paid: paidSchema.nullable(),
  counted: countedSchema.nullable(),
});
export type ClipRoyalty = z.infer<typeof clipRoyaltyResponseSchema>;

/** GET /api/works/:id/royalties: public; empty for a work that taught no model of everybody's */
export const workRoyaltiesResponseSchema = z.object({
  pools: z.array(
    z.object({
      model: modelSchema,
      currency: currencySchema,
      /** its weight among the works that are paid for */
      weight: z.int(),
      weights: z.int(),
      /** what it earned since the pool began; null where its maker once said no, for then it earned only part of that time */
      earned: finestSchema.nullable(),
      /** its maker says no: it earns no more */
      objected: z.boolean(),
      /** its maker is a member and is paid; else what it earns waits */
      claimed: z.boolean(),
    }),
  ),
});
export type WorkRoyalties = z.infer<typeof workRoyaltiesResponseSchema>;

/** GET /api/me/royalties */
export const myRoyaltiesResponseSchema = z.object({
  pools: z.array(
    z.object({
      model: modelSchema,
      currency: currencySchema,
      /** works of the model that are mine, those of them that are paid for, and all that are paid for */
      mine: z.int(),
      weight: z.int(),
      weights: z.int(),
      /** what waits */
      owed: finestSchema,
      /** minor units that were paid out */
      paid: minorSchema,
    }),
  ),
  /** when the machine pays out next */
  nextPayout: instantSchema,
});
export type MyRoyalties = z.infer<typeof myRoyaltiesResponseSchema>;

export const royaltyEndpoints = {
  clipRoyalty: endpoint('GET', '/api/generations/:id/royalty', { answer: clipRoyaltyResponseSchema }),
  workRoyalties: endpoint('GET', '/api/works/:id/royalties', { answer: workRoyaltiesResponseSchema }),
  myRoyalties: endpoint('GET', '/api/me/royalties', { answer: myRoyaltiesResponseSchema }),
};
