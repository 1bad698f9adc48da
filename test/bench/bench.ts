/** What every bench answers: ratios of one run, ours against the peer, measured side by side in turns. */
export interface Figures {
  /** One ratio a round; the median is the figure. */
  ratios: number[];
  /** What we were measured against, in words. */
  peer: string;
  /** Versions of what took part. */
  versions: Record<string, string>;
  /** Further figures by name, such as seconds or operations a second. */
  rows?: Record<string, unknown>[];
  /** Figures that have names of their own in the line. */
  fields?: Record<string, unknown>;
}

export interface Bench {
  run(): Promise<Figures>;
}

/** Thrown where a bench needs what this machine does not have; the message says what to install. */
export class Unavailable extends Error {}

/** The one JSON line a bench ends in. */
export function line(bench: string, { ratios, peer, versions, rows, fields }: Figures): string {
  const sorted = ratios.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const at = (index: number) => sorted[index] ?? Number.NaN;
  const median = sorted.length % 2 === 1 ? at(middle) : (at(middle - 1) + at(middle)) / 2;
  const rounded = (value: number) => Number(value.toFixed(3));
  return JSON.stringify({
    bench,
    ratio: rounded(median),
    min: rounded(at(0)),
    max: rounded(at(sorted.length - 1)),
    peer,
    runs: sorted.length,
    versions,
    ...fields,
    ...(rows ? { rows } : {}),
  });
}
