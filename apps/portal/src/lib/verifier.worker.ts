/// <reference lib="webworker" />
import { blobReader, type Verdict, verifyArchive } from '@uncaged/verify';

/** What the page hands in: an archive, and the key somebody noted down earlier, if they did. */
export interface Asked {
  archive: Blob;
  expectedKey: string;
}

export type Told =
  | { kind: 'doing'; what: string }
  | { kind: 'verdict'; verdict: Verdict; seconds: number }
  | { kind: 'broken'; message: string };

const tell = (told: Told): void => self.postMessage(told);

self.onmessage = async ({ data }: MessageEvent<Asked>) => {
  const start = performance.now();
  try {
    const verdict = await verifyArchive(blobReader(data.archive), {
      ...(data.expectedKey === '' ? {} : { expectedKey: data.expectedKey }),
      onProgress: (what) => tell({ kind: 'doing', what }),
    });
    tell({ kind: 'verdict', verdict, seconds: (performance.now() - start) / 1000 });
  } catch (error) {
    tell({ kind: 'broken', message: error instanceof Error ? error.message : String(error) });
  }
};
