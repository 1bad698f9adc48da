import type { Queues } from '@uncaged/platform';

/**
 * Carries the news that clips wait, between replicas and across restarts. Our table is the truth: what the
 * carrier forgets is offered again, what it says too much is dropped when the table has nothing to lease.
 */
export interface Carrier {
  /** Says that a clip waits. Offering the same twice carries one ticket. */
  offer(generationId: string): Promise<void>;
  /** Takes a ticket; null when none is there. Which clip it leads to, dispatch decides. */
  take(): Promise<Ticket | null>;
  /** Brings back tickets whose taker died, and answers how many can be taken. */
  waiting(): Promise<number>;
}

/** The right to lease one clip. */
export interface Ticket {
  /** A clip was leased, or there was nothing to lease: the ticket is used up. */
  use(): Promise<void>;
}

/** Between taking a ticket and using it lies one transaction. */
const ticketMs = 15_000;

/** A carrier over the platform's queue `clips`. */
export function openCarrier(queues: Queues): Carrier {
  const queue = queues.of('clips');
  return {
    offer: (generationId) => queue.enqueue(generationId, null),
    async take() {
      const job = await queue.lease('dispatch', ticketMs);
      return job && { use: async () => void (await queue.complete(job.jobId, job.token)) };
    },
    async waiting() {
      await queue.returnLapsed();
      return (await queue.counts()).waiting;
    },
  };
}
