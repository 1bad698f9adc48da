import {
  type ArchivedEntry,
  blobPath,
  blobsNamed,
  type Checkpoint,
  derivedFiles,
  FILES,
  mayOverdraw,
  POSTINGS_HEADER,
  postingLines,
  sameBytes,
  TreeBuilder,
} from '@uncaged/book/rules';
import { about, checkEntry, isFields, type Line, readLine } from './entries.ts';
import type { Finding, FindingCode } from './finding.ts';
import { TextHash } from './hashing.ts';
import type { Promised } from './kept.ts';
import type { Replay } from './replay/replay.ts';
import { linesAtOnce, type Part } from './source.ts';

/** Reads the entries from genesis and builds again everything that follows from them. */
export class Ledger {
  readonly builder = new TreeBuilder();
  readonly balances = new Map<string, bigint>();
  readonly kinds = new Map<string, number>();
  /** SHA-256 by path of the files that repeat what entries say. */
  readonly derived = new Map<string, string>();
  /** The entry that vouches for a blob, by the blob's path. */
  readonly blobs = new Map<string, ArchivedEntry>();
  private_ = 0;
  erased = 0;
  postings = 0;
  readonly #checkpoints: ReadonlyMap<bigint, Checkpoint>;
  readonly #replays: readonly Replay[];
  /** Those that want to see a kind, by the kind. */
  readonly #wanted = new Map<string, readonly Replay[]>();
  readonly #ids = new Set<string>();
  readonly #table = new TextHash();
  /** Public entries without a payload whose erasure stands nowhere yet, by id. */
  readonly #gone = new Map<string, ArchivedEntry>();

  constructor(checkpoints: readonly Checkpoint[], replays: readonly Replay[]) {
    this.#checkpoints = new Map(checkpoints.map((checkpoint) => [checkpoint.size, checkpoint]));
    this.#replays = replays;
    this.#table.add(POSTINGS_HEADER);
  }

  /**
   * The first entry that is wrong, in the order of the log; null when all hold. `onEntries` is handed the entries that
   * hold, many at once, and awaited.
   */
  async read(part: Part, onEntries: (entries: readonly Promised[]) => void): Promise<Finding | null> {
    for await (const { first, lines, wrong } of linesAtOnce(part)) {
      const entries: Promised[] = [];
      for (const [index, text] of lines.entries()) {
        const line = readLine(text);
        const finding = line ? this.#take(line) : noEntry(first + index);
        if (finding) return finding;
        if (line) entries.push({ id: line.entry.id, leafHash: line.entry.leafHash, time: line.time });
      }
      onEntries(entries);
      if (wrong) return wrong;
    }
    this.derived.set(FILES.postings, this.#table.hex());
    const [hidden] = this.#gone.values();
    return hidden
      ? about(
          hidden,
          'malformed_entry',
          'is public, yet its payload is gone and no entry says that it was erased',
        )
      : null;
  }

  #take(line: Line): Finding | null {
    const { entry } = line;
    const say = (code: FindingCode, message: string) => about(entry, code, message);
    if (entry.position !== this.builder.size)
      return say('wrong_position', `stands where ${this.builder.size} should`);
    if (this.#ids.has(entry.id)) return say('malformed_entry', 'stands in the log a second time');
    const wrong = checkEntry(line);
    if (wrong) return say(wrong.code, wrong.message);
    const overdrawn = this.#post(entry);
    if (overdrawn) return say('overdrawn', `takes ${overdrawn} below zero`);
    this.builder.push(entry.leafHash);
    const checkpoint = this.#checkpoints.get(this.builder.size);
    if (checkpoint && !sameBytes(checkpoint.root, this.builder.root())) {
      return say(
        'root_mismatch',
        `is the last of a tree whose root is not what checkpoint ${checkpoint.size} says`,
      );
    }
    this.#note(entry);
    return this.#replay(entry);
  }

  /** Moves the money; the account that went below zero, or null. */
  #post(entry: ArchivedEntry): string | null {
    const { postings } = entry;
    this.postings += postings.length;
    const keys = postings.map(({ account, currency }) => `${account} ${currency}`);
    for (const [index, key] of keys.entries())
      this.balances.set(key, (this.balances.get(key) ?? 0n) + (postings[index]?.amount ?? 0n));
    const overdrawn = postings.find(
      ({ account }, index) => !mayOverdraw(account) && (this.balances.get(keys[index] ?? '') ?? 0n) < 0n,
    );
    return overdrawn?.account ?? null;
  }

  #note(entry: ArchivedEntry): void {
    this.kinds.set(entry.kind, (this.kinds.get(entry.kind) ?? 0) + 1);
    if (entry.closed === 'private') this.private_ += 1;
    if (entry.closed === 'erased') this.erased += 1;
    if (entry.closed === 'erased' && entry.visibility === 'public') this.#gone.set(entry.id, entry);
    if (entry.kind === 'payload.erased') this.#gone.delete(entry.subject.slice('entry:'.length));
    this.#ids.add(entry.id);
    this.#table.add(postingLines(entry));
    for (const { path, text } of derivedFiles(entry)) {
      const hash = new TextHash();
      hash.add(text);
      this.derived.set(path, hash.hex());
    }
    for (const sha256 of blobsNamed(entry)) {
      if (!this.blobs.has(blobPath(sha256))) this.blobs.set(blobPath(sha256), entry);
    }
  }

  #replay(entry: ArchivedEntry): Finding | null {
    const payload = isFields(entry.opening?.payload) ? entry.opening.payload : null;
    for (const replay of this.#wanting(entry.kind)) {
      try {
        const wrong = replay.step(entry, payload);
        if (wrong) return about(entry, wrong.code, wrong.message);
      } catch (error) {
        // The rules trust their input; what they cannot read is no payload of this kind.
        return about(
          entry,
          'malformed_payload',
          `has a payload its rules cannot read: ${(error as Error).message}`,
        );
      }
    }
    return null;
  }

  #wanting(kind: string): readonly Replay[] {
    const known = this.#wanted.get(kind);
    if (known) return known;
    const wanting = this.#replays.filter(({ kinds }) => !kinds || kinds.includes(kind));
    this.#wanted.set(kind, wanting);
    return wanting;
  }
}

const noEntry = (line: number): Finding => ({
  code: 'malformed_line',
  file: FILES.entries,
  line,
  message: `line ${line} of ${FILES.entries} is no entry in the one form an entry has`,
});
