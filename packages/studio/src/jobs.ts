import type { Tx } from '@uncaged/platform';
import * as trainings from './fine-tunes/fine-tunes.store.ts';
import * as clips from './generations.store.ts';
import type { LeaseRow } from './leases.store.ts';

/** What a lease is about, as far as leases care: a clip, or a fine-tune. */
export interface Leasable {
  kind: 'clip' | 'train';
  id: string;
  waits: boolean;
  failures: number;
  lapses: number;
  failure: string | null;
  /** Its maker left and asked for everything of theirs to end. */
  orphaned: boolean;
  /** Its maker asked it to stop with what it has. */
  stopWanted: boolean;
}

type About = Pick<LeaseRow, 'generationId' | 'fineTuneId'>;

/** Locks what a lease is about until the transaction ends. */
export async function lockedJob(tx: Tx, { generationId, fineTuneId }: About): Promise<Leasable | null> {
  if (generationId !== null) {
    const row = await clips.locked(tx, generationId);
    return row && { ...common(row), kind: 'clip', orphaned: row.prompt === '', stopWanted: false };
  }
  const row = fineTuneId === null ? null : await trainings.locked(tx, fineTuneId);
  return row && { ...common(row), kind: 'train', orphaned: row.name === '', stopWanted: row.stopWanted };
}

function common(row: clips.GenerationRow | trainings.FineTuneRow) {
  const { id, state, failures, lapses, failure } = row;
  return { id, waits: state === 'waiting', failures, lapses, failure };
}

/** Puts a job back under a lease that had lapsed. */
export async function revive(tx: Tx, { kind, id, lapses }: Leasable, leaseId: string): Promise<void> {
  const change = { leaseId, lapses: lapses - 1 };
  if (kind === 'clip') await clips.update(tx, id, { ...change, state: 'sampling' });
  else await trainings.update(tx, id, { ...change, state: 'running' });
}

export interface Settled {
  state: 'waiting' | 'failed';
  failures: number;
  lapses: number;
  failure: string | null;
  entryId: string;
  now: Date;
}

/** Writes what becomes of a job whose lease ended without a result. */
export async function settle(tx: Tx, job: Leasable, { state, now, ...end }: Settled): Promise<void> {
  const change = { ...end, leaseId: null, finishedAt: state === 'failed' ? now : null };
  if (job.kind === 'clip')
    return void (await clips.update(tx, job.id, { ...change, state, step: null, stepOf: null }));
  await trainings.update(tx, job.id, {
    ...change,
    // Whoever asked it to stop gets what was learnt before, if anything was.
    state: job.orphaned ? 'discarded' : job.stopWanted ? 'stopped' : state,
    ...(state === 'waiting' && !job.stopWanted ? { queuedAt: now } : {}),
    stopWanted: false,
    imagesPerSecond: null,
    secondsLeft: null,
  });
}

/** The subject of a job in the book. */
export const subjectOf = ({ kind, id }: Pick<Leasable, 'kind' | 'id'>) =>
  `${kind === 'clip' ? 'generation' : 'fine-tune'}:${id}`;
