/** Where time comes from. Rules never read a clock; use cases take one. */
export interface Clock {
  now(): Date;
}

/** The machine's clock. */
export const systemClock: Clock = { now: () => new Date() };

export interface ManualClock extends Clock {
  /** Moves forward (or back) by milliseconds. */
  advance(ms: number): void;
  set(to: Date): void;
}

/** A clock that stands still until it is moved, for tests and replays. */
export function manualClock(start: Date = new Date('2025-01-01T00:00:00.000Z')): ManualClock {
  let time = start.getTime();
  return {
    now: () => new Date(time),
    advance: (ms) => {
      time += ms;
    },
    set: (to) => {
      time = to.getTime();
    },
  };
}
