/// <reference lib="webworker" />
import * as checker from '@uncaged/verify';

/** What the page shows of a check: the figures, and the first thing that is wrong. */
export interface Found {
  ok: boolean;
  what: string;
  detail: string;
  figures: { name: string; value: string }[];
  seconds: number;
}

type Verify = (bytes: Uint8Array) => Promise<Record<string, unknown>> | Record<string, unknown>;

self.onmessage = async (event: MessageEvent<ArrayBuffer>) => {
  const start = performance.now();
  const { verifyArchive } = checker as unknown as { verifyArchive: Verify };
  const answer = await verifyArchive(new Uint8Array(event.data));
  const found: Found = {
    ok: answer.ok === true,
    what: '',
    detail: '',
    figures: [],
    seconds: (performance.now() - start) / 1000,
  };
  self.postMessage(found);
};
