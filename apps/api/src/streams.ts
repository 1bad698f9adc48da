import { streamSSE } from 'hono/streaming';
import type { ApiContext } from './deps.ts';
import { toJson } from './problems.ts';

export type Send = (event: string, data: unknown, id?: string) => Promise<void>;

/** Event streams that are open now, so that a stopping server can end them. */
export interface Streams {
  /** Answers with an event stream that lasts until `run` returns, the client leaves, or the server stops. */
  open(c: ApiContext, run: (send: Send, signal: AbortSignal) => Promise<void>): Response;
  /** Ends all streams and refuses new ones. */
  close(): void;
}

/** Proxies cut streams that say nothing for long. */
const quietMs = 15_000;

export function openStreams(): Streams {
  const stopping = new AbortController();
  return {
    open(c, run) {
      c.header('cache-control', 'no-store');
      c.header('x-accel-buffering', 'no');
      return streamSSE(c, async (stream) => {
        const left = new AbortController();
        stream.onAbort(() => left.abort());
        const signal = AbortSignal.any([stopping.signal, left.signal]);
        const quiet = setInterval(() => void stream.write(': still here\n\n').catch(() => {}), quietMs);
        try {
          await stream.write(': open\n\n');
          await run(
            (event, data, id) =>
              stream.writeSSE({ event, data: toJson(data), ...(id === undefined ? {} : { id }) }),
            signal,
          );
        } finally {
          clearInterval(quiet);
        }
      });
    },
    close: () => stopping.abort(),
  };
}
