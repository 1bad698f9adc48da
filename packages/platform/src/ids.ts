import { V7Generator } from 'uuidv7';
import type { Clock } from './clock.ts';

export interface Ids {
  /** A UUID version 7 (RFC 9562), lower case with hyphens; each one sorts after the one before. */
  next(): string;
}

/**
 * Ids by the given clock. Monotonic within the process: while the clock stands still a counter goes up; when it
 * is set back by more than ten seconds the ids follow it back.
 */
export function idsBy(clock: Clock): Ids {
  const generator = new V7Generator();
  return { next: () => generator.generateOrResetCore(clock.now().getTime(), 10_000).toString() };
}
