/**
 * A ballot paper for a secret vote, made here and signed by the collective without its seeing it (RFC 9474,
 * RSABSSA-SHA384-PSS-Randomized). Whoever holds it can vote on it; nobody can tell whose it was.
 */
import { RSABSSA } from '@cloudflare/blindrsa-ts';
import { ed25519 } from '@noble/curves/ed25519.js';
import { hexToBytes as bytes, bytesToHex as hex } from '@noble/curves/utils.js';
import type { SecretBallotRequest } from '@uncaged/contract';
import { ballotMessage, paperMessage } from '@uncaged/verify';

/** All bytes in hex. It fits into a file, so that it can be kept anywhere. */
export interface Paper {
  proposalId: string;
  secretKey: string;
  publicKey: string;
  /** 32 random bytes and the message, as RFC 9474 prepares it */
  prepared: string;
  blinded: string;
  inverse: string;
  /** null until the collective has signed it */
  token: string | null;
  /** of the last ballot on it; 0 before the first */
  revision: number;
}

const suite = RSABSSA.SHA384.PSS.Randomized();

function keyOf(modulus: string): Promise<CryptoKey> {
  const jwk = { kty: 'RSA', n: modulus, e: 'AQAB', alg: 'PS384', ext: true };
  return crypto.subtle.importKey('jwk', jwk, { name: 'RSA-PSS', hash: 'SHA-384' }, true, ['verify']);
}

/** Makes a paper and blinds it; `blinded` is what the collective gets to see. */
export async function newPaper(proposalId: string, modulus: string): Promise<Paper> {
  const { secretKey, publicKey } = ed25519.keygen();
  const prepared = suite.prepare(paperMessage(proposalId, hex(publicKey)));
  const { blindedMsg, inv } = await suite.blind(await keyOf(modulus), prepared);
  return {
    proposalId,
    secretKey: hex(secretKey),
    publicKey: hex(publicKey),
    prepared: hex(prepared),
    blinded: hex(blindedMsg),
    inverse: hex(inv),
    token: null,
    revision: 0,
  };
}

/** The paper with the collective's signature unblinded; throws where it is no signature of this paper. */
export async function signedPaper(paper: Paper, modulus: string, signed: string): Promise<Paper> {
  const key = await keyOf(modulus);
  const token = await suite.finalize(key, bytes(paper.prepared), bytes(signed), bytes(paper.inverse));
  return { ...paper, token: hex(token) };
}

type Said = Pick<SecretBallotRequest, 'choice' | 'vote'>;

/** The next ballot on a signed paper, as it is sent. */
export function ballotOn(paper: Paper, { choice, vote }: Said): SecretBallotRequest {
  if (paper.token === null) throw new Error('a paper that nobody signed');
  const ballot = {
    publicKey: paper.publicKey,
    randomizer: paper.prepared.slice(0, 64),
    token: paper.token,
    revision: paper.revision + 1,
    choice,
    vote,
  };
  const message = ballotMessage(paper.proposalId, ballot);
  return { ...ballot, signature: hex(ed25519.sign(message, bytes(paper.secretKey))) };
}
