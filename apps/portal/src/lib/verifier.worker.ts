/// <reference lib="webworker" />
import { blobReader, type Verdict, verifyArchive } from '@uncaged/verify';

/** What the page hands in: an archive, and the key and the receipt that somebody kept, if they did. */
export interface Asked {
  archive: Blob;
  expectedKey: string;
  /** JSON: a receipt, or the answer it came with; empty for none */
  receipt: string;
}

export type Told =
  | { kind: 'doing'; what: string }
  | { kind: 'verdict'; verdict: Verdict; seconds: number }
  | { kind: 'broken'; message: string };

/** Throws, in words for the page, what is no receipt. */
function receiptIn(text: string) {
  let json: unknown = null;
  try {
    json = JSON.parse(text);
  } catch {}
  if (typeof json === 'object' && json !== null) return 'receipt' in json ? json.receipt : json;
  throw new Error('what you kept is no receipt: paste all of it, from { to }');
}

const tell = (told: Told): void => self.postMessage(told);

self.onmessage = async ({ data }: MessageEvent<Asked>) => {
  const start = performance.now();
  try {
    const verdict = await verifyArchive(blobReader(data.archive), {
      ...(data.expectedKey === '' ? {} : { expectedKey: data.expectedKey }),
      ...(data.receipt === '' ? {} : { receipts: [receiptIn(data.receipt)] }),
      onProgress: (what) => tell({ kind: 'doing', what }),
    });
    tell({ kind: 'verdict', verdict, seconds: (performance.now() - start) / 1000 });
  } catch (error) {
    tell({ kind: 'broken', message: error instanceof Error ? error.message : String(error) });
  }
};
