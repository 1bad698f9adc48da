import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type BackendFactory, ErrorCode, Job, Queue, Worker } from 'bullmq';
import type { Nesting } from '../database/nesting.ts';

/** What carries the jobs: BullMQ's backend and the connection it speaks over. */
export interface Backing {
  factory: BackendFactory;
  connection: unknown;
  /** Before every Redis key; without meaning in a database. */
  prefix?: string;
}

export interface LeasedJob {
  jobId: string;
  /** Proves the lease; every later call about it must carry it. */
  token: string;
  data: unknown;
}

/** The lock is given its real length right after the claim. */
const claimMs = 30_000;

/** What BullMQ answers when a lease is not ours or no longer is. */
const leaseLost = new Set<number>([
  ErrorCode.JobNotExist,
  ErrorCode.JobLockNotExist,
  ErrorCode.JobNotInState,
  ErrorCode.JobLockMismatch,
]);

/** A worker that never blocks, so it needs no second connection to wait on. */
class LeasingWorker extends Worker {
  protected override createBackend(): void {
    this.backend = this.backendFactory(this.name, this.opts as never, {}) as never;
  }
}

/**
 * Jobs leased by hand (BullMQ underneath): a worker takes one, extends its lease while it works, completes or
 * fails it; a lease that lapses goes back to waiting. A finished job leaves nothing behind: the caller's own
 * table is the truth, the queue only carries. Lease times run by the machine's clock. Calls inside a running
 * transaction throw `NestedDatabaseUse`, whatever carries the queue.
 */
export class JobQueue {
  readonly name: string;
  readonly #nesting: Nesting;
  readonly #queue: Queue;
  readonly #worker: Worker;

  constructor(name: string, backing: Backing, nesting: Nesting) {
    this.name = name;
    this.#nesting = nesting;
    const { factory, connection, prefix } = backing;
    const shared = { connection: connection as never, ...(prefix && { prefix }) };
    const defaultJobOptions = { removeOnComplete: true, removeOnFail: true, attempts: 1 };
    this.#queue = new Queue(name, { ...shared, defaultJobOptions }, factory as never);
    this.#worker = new LeasingWorker(
      name,
      null,
      { ...shared, autorun: false, lockDuration: claimMs, stalledInterval: 1, maxStalledCount: 1_000_000 },
      factory as never,
    );
    // A lost connection shows as the rejection of the call that needed it.
    this.#queue.on('error', () => {});
    this.#worker.on('error', () => {});
  }

  /**
   * Puts a job in the queue; a job of that id that is already there stays as it is. `priority` 1 goes before 2;
   * without one a job goes before all that have one; equals in order of arrival.
   */
  async enqueue(jobId: string, data: unknown, options: { priority?: number } = {}): Promise<void> {
    this.#refuse('enqueue');
    await this.#queue.add(this.name, data, { jobId, ...options });
  }

  /** Takes the next job for `ms` milliseconds, or answers null when none waits. */
  async lease(worker: string, ms: number): Promise<LeasedJob | null> {
    this.#refuse('lease');
    const token = `${worker}:${randomUUID()}`;
    const job = await this.#worker.getNextJob(token, { block: false });
    if (!job?.id) return null;
    if (!(await this.extend(job.id, token, ms))) return null;
    return { jobId: job.id, token, data: job.data };
  }

  /** Lets the lease run `ms` milliseconds from now. False: the lease was lost, or never was yours. */
  async extend(jobId: string, token: string, ms: number): Promise<boolean> {
    this.#refuse('extend');
    // BullMQ does not throw on a foreign token: the number of extended locks is the answer.
    return Number(await this.#worker.getBackend().extendLock(jobId, token, ms)) === 1;
  }

  /** Ends the job as done. False: the lease was lost, or never was yours. */
  async complete(jobId: string, token: string, result: unknown = null): Promise<boolean> {
    this.#refuse('complete');
    return this.#finish(jobId, (job) => job.moveToCompleted(result, token, false));
  }

  /** Ends the job as failed, for good. False: the lease was lost, or never was yours. */
  async fail(jobId: string, token: string, reason: string): Promise<boolean> {
    this.#refuse('fail');
    return this.#finish(jobId, (job) => job.moveToFailed(new Error(reason), token, false));
  }

  /** Sends jobs whose lease has lapsed back to waiting and answers with their ids. Call it every second or so. */
  async returnLapsed(): Promise<string[]> {
    this.#refuse('returnLapsed');
    const backend = this.#worker.getBackend();
    // BullMQ marks what is active in one pass and takes back in the next what is marked and holds no lock.
    const before = await backend.moveStalledJobsToWait();
    await sleep(5);
    return [...new Set([...before, ...(await backend.moveStalledJobsToWait())])];
  }

  /** Takes a waiting job out. False: there is none, or a worker holds it. */
  async remove(jobId: string): Promise<boolean> {
    this.#refuse('remove');
    const job = await Job.fromId(this.#queue as never, jobId);
    return job !== undefined && (await this.#worker.getBackend().remove(jobId, true)) === 1;
  }

  /** How many jobs wait and how many are leased. */
  async counts(): Promise<{ waiting: number; leased: number }> {
    this.#refuse('counts');
    const counts = await this.#queue.getJobCounts('waiting', 'prioritized', 'active');
    return { waiting: (counts.waiting ?? 0) + (counts.prioritized ?? 0), leased: counts.active ?? 0 };
  }

  /** Closes this queue's handles; jobs stay where they are. */
  async close(): Promise<void> {
    await this.#worker.close(true);
    await this.#queue.close();
  }

  async #finish(jobId: string, move: (job: Job) => Promise<unknown>): Promise<boolean> {
    const job = await Job.fromId(this.#queue as never, jobId);
    if (!job) return false;
    try {
      await move(job);
      return true;
    } catch (error) {
      if (leaseLost.has((error as { code: number }).code)) return false;
      throw error;
    }
  }

  #refuse(call: string): void {
    this.#nesting.refuse(`queue.${call}`);
  }
}
