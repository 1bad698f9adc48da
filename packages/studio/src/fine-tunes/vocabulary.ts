import type { Blobs } from '@uncaged/platform';

/** Words of models by the hash of their record; records never change. */
const kept = new Map<string, ReadonlySet<string>>();
const most = 8;

/** Whether a model's record names the word; false where the model has no record here. */
export async function vocabularyHas(
  blobs: Pick<Blobs, 'get'>,
  recordSha256: string | null,
  word: string,
): Promise<boolean> {
  if (recordSha256 === null) return false;
  const words = kept.get(recordSha256) ?? wordsIn(await blobs.get(recordSha256));
  if (!kept.has(recordSha256)) {
    const [oldest] = kept.keys();
    if (kept.size >= most && oldest !== undefined) kept.delete(oldest);
    kept.set(recordSha256, words);
  }
  return words.has(word);
}

function wordsIn(bytes: Uint8Array | null): ReadonlySet<string> {
  const record =
    bytes === null ? {} : (JSON.parse(new TextDecoder().decode(bytes)) as { vocabulary?: unknown });
  const { words } = (record.vocabulary ?? {}) as { words?: unknown };
  return new Set(Array.isArray(words) ? words.filter((one) => typeof one === 'string') : []);
}
