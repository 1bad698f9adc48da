/**
 * The engine's own process. `session.run` blocks its thread for a step at a time, so nothing else lives
 * here. It ends when its parent goes away.
 */
import { generate } from '../generate.ts';
import { pictureSize } from '../model/config.ts';
import { type LoadedModel, loadModel } from '../model/load.ts';
import type { Preview } from '../sample/draw.ts';
import { chooseProvider } from '../sample/providers.ts';
import { Sampler } from '../sample/sampler.ts';
import { trainOwn, workshopOf } from '../train/own.ts';
import type { TrainEvent } from '../train/request.ts';
import { loadEncoder } from '../video/av1.ts';
import { encodeWebp } from '../video/encode.ts';
import type { FromChild, ModelInfo, ToChild } from './messages.ts';

const PREVIEW_SCALE = 4;
const PREVIEW_FPS = 8;

const send = (message: FromChild): void => {
  process.send?.(message);
};
const log = (line: string): void => send({ type: 'log', line });
const textOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).slice(0, 500);

let sampler: Sampler | undefined;
let threadsGiven: number | undefined;

type Running = { readonly cancel: AbortController; readonly stop: AbortController };
const running = new Map<number, Running>();

function infoOf({ record }: LoadedModel): ModelInfo {
  const { config } = record;
  return {
    name: record.name,
    weightsSha256: record.weights.sha256,
    vocabularySize: record.vocabulary.words.length,
    frames: config.temporal?.frames ?? 1,
    ...pictureSize(config),
    modes: ['clip', 'walk'],
  };
}

async function start({
  modelDir,
  model,
  provider,
  threads,
}: Extract<ToChild, { type: 'start' }>): Promise<void> {
  // Probing takes a process of its own, so it runs while the weights are read.
  const choosing = chooseProvider({ ...(provider ? { provider } : {}), onLog: log });
  choosing.catch(() => {});
  const loaded = await loadModel(modelDir, model);
  if (!loaded.ok) return send({ type: 'refused', code: loaded.code, message: loaded.message });
  threadsGiven = threads;
  try {
    sampler = new Sampler(loaded.model, await choosing, threads);
    await Promise.all([sampler.ready(), loadEncoder()]);
  } catch (error) {
    return send({ type: 'refused', code: 'provider_unavailable', message: textOf(error) });
  }
  send({ type: 'ready', provider: sampler.provider, model: infoOf(loaded.model) });
}

async function preview(id: number, { step, steps, clip }: Preview): Promise<void> {
  const webp = await encodeWebp(clip, PREVIEW_FPS, PREVIEW_SCALE);
  const [width, height] = [clip.width * PREVIEW_SCALE, clip.height * PREVIEW_SCALE];
  send({ type: 'preview', id, step, steps, webp, width, height });
}

type Job = Extract<ToChild, { type: 'generate' | 'train' }>;

/** One job at a time; `work` sends its own last message. */
async function run({ id }: Job, work: (ready: Sampler, running: Running) => Promise<void>): Promise<void> {
  if (!sampler)
    return send({ type: 'error', id, code: 'engine_failed', message: 'the engine has not started' });
  if (running.size > 0)
    return send({ type: 'error', id, code: 'busy', message: 'the engine does one job at a time' });
  const controllers = { cancel: new AbortController(), stop: new AbortController() };
  running.set(id, controllers);
  try {
    await work(sampler, controllers);
  } catch (error) {
    send({ type: 'error', id, code: 'engine_failed', message: textOf(error) });
  } finally {
    running.delete(id);
  }
}

const drawOne =
  ({ id, request }: Extract<ToChild, { type: 'generate' }>) =>
  async (ready: Sampler, { cancel }: Running): Promise<void> => {
    const hooks = { signal: cancel.signal, onPreview: (p: Preview) => preview(id, p) };
    const outcome = await generate(ready, request, hooks);
    if (outcome.ok) send({ type: 'result', id, result: outcome.result });
    else send({ type: 'error', id, code: outcome.code, message: outcome.message });
  };

const teach =
  ({ id, request }: Extract<ToChild, { type: 'train' }>) =>
  (ready: Sampler, { cancel, stop }: Running): Promise<void> => {
    const hooks = {
      emit: (event: TrainEvent) => send({ ...event, id }),
      signal: cancel.signal,
      stop: stop.signal,
    };
    return trainOwn(workshopOf(ready, threadsGiven), request, hooks);
  };

process.on('message', (message: ToChild) => {
  if (message.type === 'cancel') running.get(message.id)?.cancel.abort();
  else if (message.type === 'stop') running.get(message.id)?.stop.abort();
  else if (message.type === 'generate') void run(message, drawOne(message));
  else if (message.type === 'train') void run(message, teach(message));
  else
    start(message).catch((error: unknown) => {
      send({ type: 'refused', code: 'child_died', message: textOf(error) });
    });
});
process.on('disconnect', () => process.exit(0));
// The parent decides when the engine ends; a terminal's Ctrl-C reaches the whole group.
process.on('SIGINT', () => {});
