import type { Hono } from 'hono';
import type { Deps, Env } from '../deps.ts';
import { ballotRoutes } from './ballots.ts';
import { bookRoutes } from './book.ts';
import { compensationRoutes } from './compensation.ts';
import { deliberationRoutes } from './deliberation.ts';
import { eventRoutes } from './events.ts';
import { fundRoutes } from './funds.ts';
import { governanceRoutes } from './governance.ts';
import { healthRoutes } from './health.ts';
import { peopleRoutes } from './people.ts';
import { policyRoutes } from './policies.ts';
import { provenanceRoutes } from './provenance.ts';
import { royaltyRoutes } from './royalties.ts';
import { studioRoutes } from './studio.ts';
import { trainingRoutes } from './training.ts';
import { workerRoutes } from './workers.ts';

/** One line a domain: the composition hangs each into the app. */
export const domains: readonly ((deps: Deps) => Hono<Env>)[] = [
  healthRoutes,
  bookRoutes,
  peopleRoutes,
  governanceRoutes,
  ballotRoutes,
  policyRoutes,
  deliberationRoutes,
  fundRoutes,
  royaltyRoutes,
  compensationRoutes,
  provenanceRoutes,
  studioRoutes,
  trainingRoutes,
  workerRoutes,
  eventRoutes,
];
