/** The wire of ballots: in one's own name, and on the papers of a secret vote. */
import { z } from 'zod';
import { endpoint, instantSchema, receiptSchema } from './common.ts';

export const ballotChoiceSchema = z.enum(['yes', 'no', 'abstain']);
export type BallotChoice = z.infer<typeof ballotChoiceSchema>;

/** `status_quo`, `original`, or `o1`, `o2`… in the order in which options were put forward. */
const optionKeySchema = z.string().min(1).max(20);
const wholeNumber = z.int().min(0).max(1_000_000_000_000);

/** A ballot on several options. Which of these forms it has follows from the method; `abstain` goes with each. */
export const voteSchema = z.union([
  z.strictObject({ abstain: z.literal(true) }),
  /** approval: the options one can live with */
  z.strictObject({ approve: z.array(optionKeySchema).max(200) }),
  /** score: points for each, from 0 to the rule's highest */
  z.strictObject({ scores: z.record(optionKeySchema, wholeNumber) }),
  /** schulze, stv: groups from the most wanted down; options in one group are liked the same */
  z.strictObject({ ranking: z.array(z.array(optionKeySchema).min(1).max(200)).max(200) }),
  /** budget: shares in whole units */
  z.strictObject({ amounts: z.record(optionKeySchema, wholeNumber) }),
]);
export type Vote = z.infer<typeof voteSchema>;

/** `choice` in a vote by yes and no, `vote` in a vote among options. */
export const ballotRequestSchema = z.union([
  z.strictObject({ choice: ballotChoiceSchema }),
  z.strictObject({ vote: voteSchema }),
]);
export type BallotRequest = z.infer<typeof ballotRequestSchema>;
export const ballotAnswerSchema = z.object({
  proposalId: z.string(),
  choice: ballotChoiceSchema.nullable(),
  vote: voteSchema.nullable(),
  /** what this ballot replaced, if the member had voted before */
  replaced: ballotChoiceSchema.nullable(),
  replacedVote: voteSchema.nullable(),
  closesAt: instantSchema,
  receipt: receiptSchema,
});
export type BallotAnswer = z.infer<typeof ballotAnswerSchema>;

/** A secret vote, once it is open: papers first, then ballots. */
export const secretVoteSchema = z.object({
  /** of the RSA key that signs papers, as JWK writes it (base64url); the exponent is 65537 */
  modulus: z.string(),
  papersUntil: instantSchema,
  /** papers are given out, then ballots are taken */
  phase: z.enum(['papers', 'ballots', 'closed']),
  /** with fewer ballots than this none is opened */
  fewest: z.int(),
  papersGiven: z.int(),
  /** whether the asking member got a paper */
  mine: z.boolean(),
  /** opened at the close, in the order of their keys */
  ballots: z.array(
    z.object({
      publicKey: z.string(),
      revision: z.int(),
      choice: ballotChoiceSchema.nullable(),
      vote: voteSchema.nullable(),
    }),
  ),
});

const hexSchema = (bytes: number) => z.string().regex(new RegExp(`^[0-9a-f]{${bytes * 2}}$`));
/** A paper as RFC 9474 blinds it, as long as the key; in hex. */
export const paperRequestSchema = z.strictObject({ blinded: hexSchema(384) });
/** `receipt` is null where the same paper was signed before. */
export const paperAnswerSchema = z.object({ signed: z.string(), receipt: receiptSchema.nullable() });
export type PaperAnswer = z.infer<typeof paperAnswerSchema>;
/** A ballot on a paper, sent without a cookie: nobody's name goes along. */
export const secretBallotRequestSchema = z.strictObject({
  publicKey: hexSchema(32),
  randomizer: hexSchema(32),
  token: hexSchema(384),
  revision: z.int().min(0).max(1_000_000),
  choice: ballotChoiceSchema.nullable(),
  vote: voteSchema.nullable(),
  signature: hexSchema(64),
});
export type SecretBallotRequest = z.infer<typeof secretBallotRequestSchema>;
/** `promise`: the book's key over what is kept, by which a missing ballot can be shown; in hex. */
export const secretBallotAnswerSchema = z.object({ revision: z.int(), promise: z.string() });
export type SecretBallotAnswer = z.infer<typeof secretBallotAnswerSchema>;

export const ballotEndpoints = {
  cast: endpoint('POST', '/api/proposals/:id/ballots', {
    body: ballotRequestSchema,
    answer: ballotAnswerSchema,
  }),
  givePaper: endpoint('POST', '/api/proposals/:id/papers', {
    body: paperRequestSchema,
    answer: paperAnswerSchema,
  }),
  castSecret: endpoint('POST', '/api/proposals/:id/secret-ballots', {
    body: secretBallotRequestSchema,
    answer: secretBallotAnswerSchema,
  }),
};
