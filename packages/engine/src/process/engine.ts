/** The parent's side: starts the engine in a process of its own and speaks with it. */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { GenerateResult } from '../generate.ts';
import { defaultModelDir, STARTER } from '../model/load.ts';
import type { ProviderName } from '../sample/providers.ts';
import type { GenerateRequest } from '../sample/request.ts';
import type { TrainEvent, TrainRequest } from '../train/request.ts';
import type { EngineErrorCode, FromChild, ModelInfo, StartErrorCode, ToChild } from './messages.ts';

export type StartOptions = {
  /** Folder with NAME.json and NAME.safetensors; default: the model that comes with the engine. */
  readonly modelDir?: string;
  /** Default {@link STARTER}. */
  readonly model?: string;
  /** Forces a provider; else `UNCAGED_PROVIDER`, else they are probed. */
  readonly provider?: ProviderName;
  /** CPU threads inside a session; default: as many as the machine has cores. */
  readonly threads?: number;
  /** Default 60,000. */
  readonly startTimeoutMs?: number;
  readonly onLog?: (line: string) => void;
};

export type EngineEvent =
  | {
      readonly type: 'preview';
      readonly step: number;
      readonly steps: number;
      readonly webp: Uint8Array;
      readonly width: number;
      readonly height: number;
    }
  | { readonly type: 'result'; readonly result: GenerateResult }
  | { readonly type: 'error'; readonly code: EngineErrorCode; readonly message: string };

/** Why an engine did not start. */
export class EngineStartError extends Error {
  readonly code: StartErrorCode;
  constructor(code: StartErrorCode, message: string) {
    super(message);
    this.name = 'EngineStartError';
    this.code = code;
  }
}

type Listener = (event: EngineEvent | TrainEvent) => void;

export class Engine {
  readonly provider: ProviderName;
  readonly model: ModelInfo;
  readonly #child: ChildProcess;
  readonly #listeners = new Map<number, Listener>();
  #next = 1;
  #died: string | undefined;

  constructor(child: ChildProcess, provider: ProviderName, model: ModelInfo, onLog?: (line: string) => void) {
    this.provider = provider;
    this.model = model;
    this.#child = child;
    child.on('message', (message: FromChild) => {
      if (message.type === 'log') onLog?.(message.line);
      else if ('id' in message) this.#listeners.get(message.id)?.(eventOf(message));
    });
    const died = (reason: string): void => {
      this.#died ??= reason;
      for (const listener of this.#listeners.values()) {
        listener({ type: 'error', code: 'child_died', message: this.#died });
      }
    };
    child.on('exit', (code, signal) => died(exitReason(code, signal)));
    child.on('error', (error) => died(`the engine's process failed: ${error.message}`));
  }

  /** False once the process has ended: start another. */
  get alive(): boolean {
    return this.#died === undefined;
  }

  /** The child's process id. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  /**
   * Makes one clip. Yields previews, then exactly one `result` or `error`. Aborting the signal, or leaving
   * the loop early, cancels at the next step. One job at a time: a second gets the error `busy`.
   */
  generate(
    request: GenerateRequest,
    options: { readonly signal?: AbortSignal } = {},
  ): AsyncGenerator<EngineEvent, void, void> {
    return this.#job<EngineEvent>((id) => ({ type: 'generate', id, request }), options);
  }

  /**
   * Teaches an adapter or a small model. Yields `started`, progress and sheets, then exactly one `result` or
   * `error`. `stop` ends it with what was learnt so far; `signal`, or leaving the loop early, cancels it, and
   * its checkpoint stays in the request's folder. One job at a time, as {@link generate}.
   */
  train(
    request: TrainRequest,
    options: { readonly signal?: AbortSignal; readonly stop?: AbortSignal } = {},
  ): AsyncGenerator<TrainEvent, void, void> {
    return this.#job<TrainEvent>((id) => ({ type: 'train', id, request }), options);
  }

  async *#job<Event extends EngineEvent | TrainEvent>(
    message: (id: number) => ToChild,
    { signal, stop }: { readonly signal?: AbortSignal; readonly stop?: AbortSignal },
  ): AsyncGenerator<Event, void, void> {
    if (this.#died !== undefined) {
      yield { type: 'error', code: 'child_died', message: this.#died } as Event;
      return;
    }
    const id = this.#next++;
    const waiting: Event[] = [];
    let wake: () => void = () => {};
    this.#listeners.set(id, (event) => {
      waiting.push(event as Event);
      wake();
    });
    const cancel = (): void => this.#tell({ type: 'cancel', id });
    const halt = (): void => this.#tell({ type: 'stop', id });
    this.#tell(message(id));
    for (const [asked, act] of [
      [signal, cancel],
      [stop, halt],
    ] as const) {
      asked?.addEventListener('abort', act);
      if (asked?.aborted) act();
    }
    let ended = false;
    try {
      while (!ended) {
        if (waiting.length === 0) await new Promise<void>((resolve) => (wake = resolve));
        const event = waiting.shift();
        if (!event) continue;
        ended = event.type === 'result' || event.type === 'error';
        yield event;
      }
    } finally {
      signal?.removeEventListener('abort', cancel);
      stop?.removeEventListener('abort', halt);
      this.#listeners.delete(id);
      if (!ended) cancel();
    }
  }

  #tell(message: ToChild): void {
    if (this.#child.connected) this.#child.send(message, () => {});
  }

  /** Ends the process, at once if it does not go by itself within two seconds. Safe to call twice. */
  async close(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = new Promise<void>((resolve) => this.#child.once('exit', () => resolve()));
    this.#died ??= 'the engine was closed';
    if (this.#child.connected) this.#child.disconnect();
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), 2000);
    await gone;
    clearTimeout(timer);
  }
}

function eventOf(
  message: Exclude<FromChild, { type: 'log' | 'ready' | 'refused' }>,
): EngineEvent | TrainEvent {
  const { id: _id, ...event } = message;
  return event;
}

function exitReason(code: number | null, signal: NodeJS.Signals | null): string {
  if (signal === 'SIGKILL')
    return "the engine's process was killed (SIGKILL; often the machine ran out of memory)";
  if (signal !== null) return `the engine's process ended by ${signal}`;
  return `the engine's process ended with code ${code}`;
}

/**
 * Starts an engine and waits until it can sample. Rejects with {@link EngineStartError}: `model_missing`,
 * `model_invalid`, `provider_unavailable`, `child_died`, `start_timeout`.
 */
export function startEngine(options: StartOptions = {}): Promise<Engine> {
  const path = fileURLToPath(new URL('./child.ts', import.meta.url));
  const child = fork(path, [], {
    serialization: 'advanced',
    execArgv: [],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => options.onLog?.(text.trimEnd()));
  }
  const { modelDir = defaultModelDir(), model = STARTER, provider, threads } = options;
  const start = {
    type: 'start',
    modelDir,
    model,
    ...(provider ? { provider } : {}),
    ...(threads ? { threads } : {}),
  } as const;
  child.send(start, () => {});
  return new Promise((resolve, reject) => {
    const fail = (code: StartErrorCode, message: string): void => {
      finish();
      child.kill('SIGKILL');
      reject(new EngineStartError(code, message));
    };
    const limit = options.startTimeoutMs ?? 60_000;
    const timer = setTimeout(
      () => fail('start_timeout', `the engine was not ready after ${limit} ms`),
      limit,
    );
    const onExit = (code: number | null, signal: NodeJS.Signals | null): void =>
      fail('child_died', exitReason(code, signal));
    const onError = (error: Error): void => fail('child_died', error.message);
    const onMessage = (message: FromChild): void => {
      if (message.type === 'log') options.onLog?.(message.line);
      if (message.type === 'refused') fail(message.code, message.message);
      if (message.type !== 'ready') return;
      finish();
      resolve(new Engine(child, message.provider, message.model, options.onLog));
    };
    const finish = (): void => {
      clearTimeout(timer);
      child.off('exit', onExit).off('error', onError).off('message', onMessage);
    };
    child.on('exit', onExit).on('error', onError).on('message', onMessage);
  });
}
