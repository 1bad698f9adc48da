import {
  constants,
  createCipheriv,
  createDecipheriv,
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPair,
  privateDecrypt,
  publicEncrypt,
  randomBytes,
} from 'node:crypto';
import { promisify } from 'node:util';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { bookKey, type Entry } from '@uncaged/book';
import type { Context, Tx } from '@uncaged/platform';
import { checkContent } from './casting.ts';
import type { GovernedContext } from './context.ts';
import { at, recordFact } from './facts.ts';
import * as proposals from './proposals.store.ts';
import * as store from './secret.store.ts';
import {
  ballotFlaw,
  ballotKeyBits,
  ballotMessage,
  isSecret,
  modulusBytes,
  papersUntil,
  type SecretBallot,
} from './secret.ts';
import { takesBallots } from './timeline.ts';

const makeKeyPair = promisify(generateKeyPair);

/** Makes the key of one secret vote; its private half is kept sealed until the close. Answers the modulus, as JWK has it. */
export async function makeBallotKey(
  tx: Tx,
  ctx: Pick<Context, 'secrets'>,
  { proposalId, fewest }: { proposalId: string; fewest: number },
): Promise<string> {
  const { publicKey, privateKey } = await makeKeyPair('rsa', { modulusLength: ballotKeyBits });
  const { n } = publicKey.export({ format: 'jwk' });
  if (n === undefined) throw new Error('a key without a modulus');
  const sealed = seal(await ctx.secrets.get('ballots'), privateKey.export({ type: 'pkcs8', format: 'der' }));
  await store.keepKey(tx, { proposalId, modulus: n, fewest, privateKey: sealed });
  return n;
}

function seal(secret: Uint8Array, plain: Uint8Array): Buffer {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', secret, nonce);
  const body = Buffer.concat([cipher.update(plain), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), body]);
}
function unseal(secret: Uint8Array, sealed: Uint8Array): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', secret, sealed.subarray(0, 12));
  decipher.setAuthTag(sealed.subarray(12, 28));
  return Buffer.concat([decipher.update(sealed.subarray(28)), decipher.final()]);
}

type SecretVote =
  | { ok: true; proposal: proposals.ProposalRow; papersUntil: Date }
  | Refused<'unknown_proposal' | 'vote_not_open' | 'vote_not_secret' | 'vote_closed'>;

/** A secret vote that is open now, locked. Errors in the order of the type. */
async function secretVote(tx: Tx, proposalId: string, now: Date): Promise<SecretVote> {
  const proposal = await proposals.lock(tx, proposalId);
  if (!proposal) return { ok: false, code: 'unknown_proposal' };
  const { rule, terms, votingOpenedAt: opened, votingClosesAt: closes } = proposal;
  if (!rule || !opened || !closes) return { ok: false, code: 'vote_not_open' };
  if (!isSecret(rule, terms)) return { ok: false, code: 'vote_not_secret' };
  if (!takesBallots(proposal, now)) return { ok: false, code: 'vote_closed' };
  return { ok: true, proposal, papersUntil: papersUntil(opened, closes) };
}

type Refused<Code extends string> = { ok: false; code: Code };
export type PaperGiven =
  | { ok: true; signed: string; entry: Entry | null }
  | Extract<SecretVote, { ok: false }>
  | Refused<'papers_given_out' | 'not_eligible' | 'paper_invalid' | 'paper_given'>;

/**
 * Signs a blinded ballot paper for a member who may vote: once, and the same again when they ask with the same. The
 * book says who got one, and nothing by which it is known again. Errors in this order: `unknown_proposal`,
 * `vote_not_open`, `vote_not_secret`, `vote_closed`, `not_eligible`, `papers_given_out` (the time for it is over),
 * `paper_invalid` (no number below the modulus, of its length), `paper_given` (another, before).
 */
export async function givePaper(
  ctx: GovernedContext,
  asked: { proposalId: string; blinded: Uint8Array },
): Promise<PaperGiven> {
  const { proposalId, blinded } = asked;
  const memberId = ctx.actor.memberId ?? '';
  return ctx.db.transaction(async (tx) => {
    const now = ctx.clock.now();
    const vote = await secretVote(tx, proposalId, now);
    if (!vote.ok) return vote;
    if (!(await proposals.isVoter(tx, proposalId, memberId))) return { ok: false, code: 'not_eligible' };
    const blindedSha256 = createHash('sha256').update(blinded).digest('hex');
    const before = await store.paperOf(tx, proposalId, memberId);
    if (before?.blindedSha256 === blindedSha256) return { ok: true, signed: before.signed, entry: null };
    if (now >= vote.papersUntil) return { ok: false, code: 'papers_given_out' };
    const key = await store.keyOf(tx, proposalId);
    if (!key?.privateKey)
      throw new Error(`the key of the secret vote ${proposalId} is gone before its close`);
    if (!isBlinded(blinded, key.modulus)) return { ok: false, code: 'paper_invalid' };
    if (before) return { ok: false, code: 'paper_given' };
    const signed = sign(unseal(await ctx.secrets.get('ballots'), key.privateKey), key.modulus, blinded);
    const entry = await recordFact(tx, at(ctx, now), {
      kind: 'ballot.issued',
      actor: memberId,
      subject: `proposal:${proposalId}`,
      payload: { proposalId, memberId, blindedSha256 },
      visibility: 'public',
    });
    await store.keepPaper(tx, { proposalId, memberId, blindedSha256, signed, entryId: entry.id });
    return { ok: true, signed, entry };
  });
}

function isBlinded(blinded: Uint8Array, modulus: string): boolean {
  const n = modulusBytes(modulus);
  return blinded.length === n.length && Buffer.compare(blinded, n) < 0 && blinded.some((byte) => byte !== 0);
}

/** RSASP1 on the blinded message, checked by RSAVP1 as RFC 9474 (4.3) asks. In hex. */
function sign(pkcs8: Buffer, modulus: string, blinded: Uint8Array): string {
  const padding = constants.RSA_NO_PADDING;
  const privateKey = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' });
  const signed = privateDecrypt({ key: privateKey, padding }, blinded);
  const publicKey = createPublicKey({ key: { kty: 'RSA', n: modulus, e: 'AQAB' }, format: 'jwk' });
  if (!publicEncrypt({ key: publicKey, padding }, signed).equals(blinded))
    throw new Error('a signature that does not lead back to what was signed');
  return signed.toString('hex');
}

export type SecretCast =
  | {
      ok: true;
      revision: number;
      /** The book's key over what is kept: who holds it can show that a ballot is missing. In hex. */
      promise: string;
    }
  | Extract<SecretVote, { ok: false }>
  | Refused<'papers_first' | 'token_invalid' | 'signature_invalid' | 'ballot_older'>
  | { ok: false; code: 'ballot_invalid'; reason: string };

const older = { ok: false, code: 'ballot_older' } as const;

async function kept(
  { secrets }: Pick<Context, 'secrets'>,
  proposalId: string,
  ballot: SecretBallot,
): Promise<SecretCast> {
  const { sign } = await bookKey(secrets);
  const said = createHash('sha256').update(ballotMessage(proposalId, ballot)).digest('hex');
  const promise = sign(utf8ToBytes(`uncaged-ballot-kept/1\n${proposalId}\n${said}\n`));
  return { ok: true, revision: ballot.revision, promise: bytesToHex(promise) };
}

/**
 * Takes a ballot on a paper, from nobody: no member is asked for, and nothing of when or whence is kept. It replaces
 * what the same paper said before. Errors in this order: `unknown_proposal`, `vote_not_open`, `vote_not_secret`,
 * `vote_closed`, `papers_first` (papers are still given out), `ballot_invalid`, `token_invalid`, `signature_invalid`,
 * `ballot_older` (the same paper said something later).
 */
export async function castSecretBallot(
  ctx: Pick<Context, 'db' | 'clock' | 'secrets'>,
  asked: { proposalId: string; ballot: SecretBallot },
): Promise<SecretCast> {
  const { proposalId, ballot } = asked;
  // Arithmetic takes its time; nobody else has to wait for it.
  const key = await store.keyOf(ctx.db.read, proposalId);
  const flaw = key && ballotFlaw(key.modulus, proposalId, ballot);
  return ctx.db.transaction(async (tx) => {
    const now = ctx.clock.now();
    const found = await secretVote(tx, proposalId, now);
    if (!found.ok) return found;
    if (now < found.papersUntil) return { ok: false, code: 'papers_first' };
    const { choice, vote } = ballot;
    const content = vote ? { vote } : choice ? { choice } : null;
    if (!content) return { ok: false, code: 'ballot_invalid', reason: 'it says nothing' };
    const checked = checkContent(found.proposal, content);
    if (!checked.ok) return checked;
    if (flaw !== null) return { ok: false, code: flaw };
    const before = await store.ballotBy(tx, proposalId, ballot.publicKey);
    if (before && before.revision >= ballot.revision)
      return before.signature === ballot.signature ? kept(ctx, proposalId, ballot) : older;
    await store.keepBallot(tx, proposalId, ballot);
    return kept(ctx, proposalId, ballot);
  });
}
