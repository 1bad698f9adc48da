import { z } from 'zod';

/** A uuidv7 as every id is written on the wire. Parameters stay plain strings: an unknown id is 404, not 422. */
export const idSchema = z.string().min(1).max(64);

/** SHA-256 in lower-case hex. */
export const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 in lower-case hex');

/** ISO 8601 in UTC, such as 2026-11-23T00:15:00.000Z. */
export const instantSchema = z.iso.datetime();

/** Money: minor units as a decimal string, such as "1250" for 12.50 EUR. */
export const minorSchema = z
  .string()
  .regex(/^-?(0|[1-9][0-9]{0,17})$/, 'must be minor units as a decimal string');

/** Money that goes somewhere: more than nothing. */
export const positiveMinorSchema = z
  .string()
  .regex(/^[1-9][0-9]{0,17}$/, 'must be minor units above 0, as a decimal string');

/** ISO 4217. */
export const currencySchema = z.string().regex(/^[A-Z]{3}$/, 'must be an ISO 4217 code such as EUR');

/** The book's signed promise at the time of writing: this entry will stand in the log. */
export const receiptSchema = z.looseObject({ entryId: idSchema });
export type Receipt = z.infer<typeof receiptSchema>;

/** RFC 9457 problem details, with our snake_case `code` and what to do next. */
export const problemSchema = z.looseObject({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  code: z.string(),
  detail: z.string(),
  next: z.string(),
});
export type Problem = z.infer<typeof problemSchema>;

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** One call over the wire. `path` holds parameters as `:name`. */
export interface Endpoint<Body = unknown, Answer = unknown> {
  method: Method;
  path: string;
  body?: z.ZodType<Body>;
  answer?: z.ZodType<Answer>;
}

/** Declares an endpoint so that the client infers the types of its body and its answer. */
export function endpoint<Body = undefined, Answer = unknown>(
  method: Method,
  path: string,
  schemas: { body?: z.ZodType<Body>; answer?: z.ZodType<Answer> } = {},
): Endpoint<Body, Answer> {
  return { method, path, ...schemas };
}

/** Who, by id and by the name they go by now; null once they had themself erased. */
export const namedSchema = z.object({ id: z.string(), pseudonym: z.string().nullable() });

export const healthSchema = z.object({ ok: z.literal(true), time: instantSchema });
