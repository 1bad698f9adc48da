/** The studio: clips asked for, leased to workers in fair turns, delivered, and shown by their makers. */
export { type Bell, openBell, queueBell } from './bell.ts';
export { type Carrier, openCarrier } from './carrier.ts';
export { studioChecks } from './checks.ts';
export { type CompletionDecision, complete, type Delivery } from './completion.ts';
export type { StudioContext } from './context.ts';
export { due } from './due.ts';
export { eraseWords } from './generations.store.ts';
export {
  type Enforcement,
  type Generation,
  generationOf,
  generationPreview,
  listMine,
  listWall,
  publish,
  readGeneration,
  requestGeneration,
  unpublish,
} from './generations.ts';
export { giveBack, heartbeat, type Leased, lease, leaseMs } from './leases.ts';
export { mediaBytes } from './media.ts';
export {
  addWorker,
  listWorkers,
  localWorker,
  revokeWorker,
  type WorkerInfo,
  workerOfToken,
} from './workers.ts';
