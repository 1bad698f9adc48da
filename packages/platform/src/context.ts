import type { Blobs } from './blobs.ts';
import type { Clock } from './clock.ts';
import type { Database } from './database/types.ts';
import type { Ids } from './ids.ts';
import type { Secrets } from './secrets.ts';

/** Who acts. `memberId` is the pseudonymous id; roles come from the policy in force. */
export interface Actor {
  memberId: string | null;
  roles: readonly string[];
  kind: 'member' | 'visitor' | 'worker' | 'machine' | 'operator';
}

/** What a use case gets: the outside world, the policy it runs under, and who asks. */
export interface Context<P = unknown> {
  db: Database;
  clock: Clock;
  ids: Ids;
  blobs: Blobs;
  secrets: Secrets;
  policy: P;
  actor: Actor;
}
