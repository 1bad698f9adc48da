import { sha256 } from '@noble/hashes/sha2.js';
import { utf8ToBytes } from '@noble/hashes/utils.js';
import type { Terms } from './terms.ts';

type CanaryTerms = NonNullable<Terms['canary']>;

/** What jobs under a policy on trial came to. */
export interface Measured {
  jobs: number;
  refused: number;
  failed: number;
}

/** Before its end a trial is judged only when so many jobs ran under it: fewer say little. */
export const fewestJobs = 20;

/**
 * Whether a job runs under the policy on trial: the first four bytes of the SHA-256 of its id, as a number, leave a
 * remainder by 100 that is below the percentage. By hand: `printf %s ID | sha256sum`.
 */
export function inCanary(jobId: string, percent: number): boolean {
  const digest = sha256(utf8ToBytes(jobId));
  const number = new DataView(digest.buffer, digest.byteOffset).getUint32(0);
  return number % 100 < percent;
}

/** Of a thousand jobs, how many were what the terms ask about; rounded down. 0 where there was none. */
export function perThousand(terms: CanaryTerms, { jobs, refused, failed }: Measured): number {
  const counted = terms.measure === 'refused_per_thousand' ? refused : failed;
  return jobs === 0 ? 0 : Math.floor((counted * 1000) / jobs);
}

/** How a trial stands: it goes on, or ends well, or badly because the measure is above what the vote allowed. */
export function judged(
  terms: CanaryTerms,
  measured: Measured,
  over: boolean,
): 'runs' | 'enacted' | 'reverted' {
  const tooHigh = perThousand(terms, measured) > terms.revertAbove;
  if (tooHigh && (over || measured.jobs >= fewestJobs)) return 'reverted';
  return over ? 'enacted' : 'runs';
}
