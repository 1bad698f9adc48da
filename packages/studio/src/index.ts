/** The studio: clips asked for, leased to workers in fair turns, delivered, and shown by their makers. */
export { type Bell, openBell, queueBell } from './bell.ts';
export { type Carrier, openCarrier } from './carrier.ts';
export { studioChecks } from './checks.ts';
export { type CompletionDecision, complete, type Delivery } from './completion.ts';
export type { StudioContext } from './context.ts';
export { due } from './due.ts';
export type { Enforcement } from './enforcing.ts';
export { eraseWords } from './erasing.ts';
export { mayFetch } from './fetching.ts';
export { adapterBytes } from './fine-tunes/adapter-file.ts';
export {
  type Adapter,
  adapterFileOf,
  adapterOf,
  adaptersOf,
  discardAdapter,
  importAdapter,
  listAdapters,
  readAdapter,
  shareAdapter,
  unshareAdapter,
} from './fine-tunes/adapters.ts';
export { type Material, materials, suggestCaptions } from './fine-tunes/captions.ts';
export {
  type FineTune,
  type FineTuneDetail,
  fineTuneBounds,
  fineTuneSummary,
  listFineTunes,
  readFineTune,
  requestFineTune,
} from './fine-tunes/fine-tunes.ts';
export {
  continueFineTune,
  discardFineTune,
  keepFineTune,
  type LifeDecision,
  startFineTune,
  stopFineTune,
} from './fine-tunes/life.ts';
export { isAtRest, mayNow } from './fine-tunes/state.ts';
export { completeTraining, trainingProgress } from './fine-tunes/training.ts';
export {
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
export { jobsUnder, refusedWords } from './judged.ts';
export { giveBack, heartbeat, type Leased, lease, leaseMs } from './leases.ts';
export { consulted, limitReceipt } from './limits.ts';
export { mediaBytes } from './media.ts';
export { type Replay, replayDays, replayPatch } from './replay/replay.ts';
export {
  addWorker,
  listWorkers,
  localWorker,
  resumeWorker,
  revokeWorker,
  type StoppedWorker,
  stoppedWorkers,
  type WorkerInfo,
  workerOfToken,
} from './workers.ts';
