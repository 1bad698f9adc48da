import type { GovernedContext } from '@uncaged/governance';
import type { Bell } from './bell.ts';
import type { Carrier } from './carrier.ts';

/** What the studio's use cases get: the governed context, the carrier of jobs, and the bell that wakes streams. */
export interface StudioContext extends GovernedContext {
  carrier: Carrier;
  bell: Bell;
}
