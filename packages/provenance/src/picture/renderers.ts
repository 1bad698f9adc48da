import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Ask, Drawn } from './draw.ts';
import { LIMITS, TOO_MUCH_MEMORY, TOO_MUCH_TIME } from './limits.ts';

export type Rendered = Drawn | { ok: false; code: 'renders_too_long' | 'renders_too_much'; detail: string };

interface Answer {
  drawn: Drawn;
  peak: number;
}

/** How many pictures are decoded at once. */
const PROCESSES = 2;
/** A renderer that got nothing to do for so long goes home. */
const IDLE_MS = 15_000;

/** One child process; started on first use, replaced after it was ended. */
class Renderer {
  #child: ChildProcess | null = null;
  #idle: NodeJS.Timeout | null = null;

  render(ask: Ask, notePeak: (peak: number) => void): Promise<Rendered> {
    const isClip = ask.mediaType.startsWith('video/');
    const patience = /^image\/(?!gif|webp)/.test(ask.mediaType) ? LIMITS.patience : LIMITS.movingPatience;
    if (this.#idle) clearTimeout(this.#idle);
    const child = this.#child && isAlive(this.#child) ? this.#child : start();
    this.#child = child;
    return new Promise<Rendered>((resolve) => {
      const deadline = setTimeout(() => {
        child.kill('SIGKILL');
        finish({ ok: false, code: 'renders_too_long', detail: `Longer than ${patience} ms.` });
      }, patience);
      const onMessage = (answer: Answer) => {
        notePeak(answer.peak);
        finish(answer.drawn);
      };
      const onExit = (_code: number | null, signal: NodeJS.Signals | null) => finish(refusalOf(signal));
      const finish = (rendered: Rendered) => {
        clearTimeout(deadline);
        child.off('message', onMessage);
        child.off('exit', onExit);
        // What a decoder in WebAssembly took is given back with its process only.
        if (isClip) this.close();
        else if (!isAlive(child)) this.#child = null;
        else this.#rest(child);
        resolve(rendered);
      };
      child.on('message', onMessage);
      child.on('exit', onExit);
      child.ref();
      child.channel?.ref();
      child.send(ask, (error) => error && onExit(null, null));
    });
  }

  close(): void {
    if (this.#idle) clearTimeout(this.#idle);
    this.#child?.kill('SIGKILL');
    this.#child = null;
  }

  /** Lets the server end while this renderer waits, and ends it when it waits long. */
  #rest(child: ChildProcess): void {
    child.unref();
    child.channel?.unref();
    this.#idle = setTimeout(() => this.close(), IDLE_MS);
    this.#idle.unref();
  }
}

/** One that the kernel took for its memory has no exit code, only a signal. */
const isAlive = (child: ChildProcess) =>
  child.connected && child.exitCode === null && child.signalCode === null && !child.killed;

/** What a renderer that ended says by the signal that ended it. */
function refusalOf(signal: NodeJS.Signals | null): Rendered {
  if (signal === TOO_MUCH_MEMORY)
    return { ok: false, code: 'renders_too_much', detail: `More than ${LIMITS.memory} bytes of memory.` };
  if (signal === TOO_MUCH_TIME)
    return { ok: false, code: 'renders_too_long', detail: 'It took more work than a file may.' };
  return { ok: false, code: 'does_not_render', detail: 'The decoder broke on it.' };
}

function start(): ChildProcess {
  return fork(fileURLToPath(new URL('./renderer.child.ts', import.meta.url)), {
    serialization: 'advanced',
    execArgv: ['--max-old-space-size=256', '--disable-warning=ExperimentalWarning'],
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    // A renderer gets nothing it does not need: no secrets, no settings.
    env: { PATH: process.env.PATH ?? '' },
  });
}

const renderers = Array.from({ length: PROCESSES }, () => new Renderer());
const free = [...renderers];
const waiting: ((renderer: Renderer) => void)[] = [];
let peakMemory = 0;

/**
 * Decodes one picture or clip in a renderer process: at most two at once, each bounded in time and memory. Besides
 * what `draw` refuses: `renders_too_long`, `renders_too_much` (memory).
 */
export async function render(ask: Ask): Promise<Rendered> {
  const renderer = free.pop() ?? (await new Promise<Renderer>((resolve) => waiting.push(resolve)));
  try {
    return await renderer.render(ask, (peak) => {
      peakMemory = Math.max(peakMemory, peak);
    });
  } finally {
    const next = waiting.shift();
    if (next) next(renderer);
    else free.push(renderer);
  }
}

/** Highest resident memory of any renderer so far, in bytes. */
export function rendererPeak(): number {
  return peakMemory;
}

/** Ends the renderer processes. They start again when they are needed. */
export function closeRenderers(): void {
  for (const renderer of renderers) renderer.close();
}
