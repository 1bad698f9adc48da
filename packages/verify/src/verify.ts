import {
  type Checkpoint,
  FILES,
  formatVerifierKey,
  type Reader,
  sameBytes,
  toHex,
} from '@uncaged/book/rules';
import { changedFiles, isKey, type Opened, openArchive } from './container.ts';
import { about } from './entries.ts';
import type { Finding } from './finding.ts';
import { Signatures } from './hashing.ts';
import { KeptReceipts } from './kept.ts';
import { Ledger } from './ledger.ts';
import { Appeals } from './replay/appeals.ts';
import { Delegations } from './replay/delegations.ts';
import { Emergencies } from './replay/emergencies.ts';
import { Members } from './replay/members.ts';
import { Models } from './replay/models.ts';
import { Payments } from './replay/payments.ts';
import { Policies, type PolicyStep } from './replay/policies.ts';
import { Proposals } from './replay/proposals.ts';
import { type InForce, Votes } from './replay/votes.ts';
import { readCheckpoints } from './signed.ts';
import { bytesReader, type Part } from './source.ts';

export interface Options {
  /** The key as someone noted it down (C2SP verifier key, or base64 of the 32 bytes); another one is a finding. */
  readonly expectedKey?: string;
  /** Receipts that somebody kept, as they were handed out: what they promise must stand in the archive. */
  readonly receipts?: readonly unknown[];
  /** What is being done, for a progress line. */
  readonly onProgress?: (doing: string) => void;
}

/** What an archive that holds says. */
export interface Figures {
  readonly origin: string;
  readonly verifierKey: string;
  readonly entries: number;
  /** Hex of the tree's root. */
  readonly root: string;
  readonly kinds: readonly { kind: string; count: number }[];
  readonly privatePayloads: number;
  readonly erasedPayloads: number;
  readonly checkpoints: number;
  /** Receipts somebody kept that were held against it. */
  readonly receipts: number;
  readonly signatures: number;
  readonly postings: number;
  /** By account and currency, minor units; empty accounts too. */
  readonly balances: readonly { account: string; currency: string; balance: bigint }[];
  readonly policies: readonly PolicyStep[];
  readonly votes: readonly {
    proposalId: string;
    title: string;
    outcome: string | null;
    words: string | null;
  }[];
  readonly contributions: { readonly accepted: number; readonly rejected: number };
  readonly royalties: number;
  readonly clips: number;
  readonly models: readonly { modelId: string; weightsSha256: string }[];
  readonly files: number;
  readonly bytes: number;
}

export type Verdict = { ok: true; figures: Figures } | ({ ok: false } & Finding);

/**
 * Checks an exported archive with nothing but the archive: every byte of it against the signed manifest, the tree from
 * genesis, every checkpoint, the receipts somebody kept, balances, commitments, policy steps, tallies, payments, weights. Names the
 * first entry that is wrong, or the file. Never throws for what an archive can hold.
 */
export async function verifyArchive(source: Uint8Array | Reader, options: Options = {}): Promise<Verdict> {
  const reader = source instanceof Uint8Array ? bytesReader(source) : source;
  options.onProgress?.('opening');
  const archive = await openArchive(reader);
  if (!archive.ok) return { ok: false, ...archive.finding };
  const { opened } = archive;
  if (options.expectedKey !== undefined && !isKey(opened.key, options.expectedKey)) {
    return {
      ok: false,
      code: 'other_key',
      file: FILES.keys,
      message: 'the archive is signed by another key than you noted',
    };
  }
  const changed = await changedFiles(opened, (path) => options.onProgress?.(`hashing ${path}`));
  const run = new Run(opened, options);
  const [file] = changed;
  const said: Finding | null =
    file === undefined
      ? null
      : { code: 'file_changed', file, message: `${file} is not what the signed manifest says` };
  // Only the book's own files can tell more exactly, by an entry, what a changed file only tells as a whole.
  if (said && !changed.some((path) => path.startsWith('book/'))) return { ok: false, ...said };
  const finding = await run.check();
  if (said) return { ok: false, ...(finding?.file && changed.includes(finding.file) ? finding : said) };
  return finding ? { ok: false, ...finding } : { ok: true, figures: run.figures(reader.size) };
}

class Run {
  readonly #opened: Opened;
  readonly #options: Options;
  readonly #signatures: Signatures;
  readonly #receipts: KeptReceipts;
  readonly #members: Members = new Members(
    () => this.#policies.current,
    (proposalId) => this.#votes.elected(proposalId),
  );
  readonly #delegations = new Delegations();
  readonly #inForce: InForce = {
    members: this.#members,
    delegations: this.#delegations,
    current: () => this.#policies.current,
    document: (hash) => this.#policies.document(hash),
    mayOpenByItself: (terms) => this.#policies.mayOpenByItself(terms),
  };
  readonly #votes: Votes = new Votes(this.#inForce, new Proposals(this.#inForce));
  readonly #emergencies = new Emergencies(this.#inForce);
  readonly #appeals = new Appeals(this.#inForce, () => this.#checkpoints);
  readonly #policies: Policies = new Policies(this.#votes, this.#emergencies);
  readonly #models = new Models();
  readonly #payments = new Payments(this.#policies, this.#models, {
    rootOver: (position) => this.#rootOver(position),
    mayJudge: () => {
      const policy = this.#policies.current;
      return policy ? this.#members.allowed(policy, 'review') : [];
    },
  });
  #ledger = new Ledger([], []);
  #checkpoints: readonly Checkpoint[] = [];

  constructor(opened: Opened, options: Options) {
    this.#opened = opened;
    this.#options = options;
    this.#signatures = new Signatures(opened.key);
    this.#receipts = new KeptReceipts(options.receipts ?? [], opened.key);
  }

  async check(): Promise<Finding | null> {
    const { key, parts } = this.#opened;
    const read = await readCheckpoints(this.#part(FILES.checkpoints), key, this.#signatures);
    if (!read.ok) return read.finding;
    this.#checkpoints = read.checkpoints;
    this.#ledger = new Ledger(read.checkpoints, [
      this.#members,
      this.#delegations,
      this.#emergencies,
      this.#appeals,
      this.#votes,
      this.#policies,
      this.#models,
      this.#payments,
    ]);
    this.#options.onProgress?.('reading the entries');
    const inLog =
      (await this.#ledger.read(this.#part(FILES.entries), (entries) => this.#receipts.take(entries))) ??
      this.#wholeTree();
    if (inLog) return inLog;
    this.#options.onProgress?.('checking signatures');
    return (
      (await this.#signatures.settle()) ??
      this.#receipts.end() ??
      this.#payments.unfinished() ??
      this.#files() ??
      (await this.#models.checkManifests(parts))
    );
  }

  /** The first checkpoint over a position; they stand in the order of their sizes. */
  #rootOver(position: bigint): { size: string; root: string } | null {
    let [low, high] = [0, this.#checkpoints.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#checkpoints[middle]?.size ?? 0n) > position) high = middle;
      else low = middle + 1;
    }
    const over = this.#checkpoints[low];
    return over ? { size: String(over.size), root: toHex(over.root) } : null;
  }

  #part(path: string): Part {
    const part = this.#opened.parts.get(path);
    if (!part) throw new Error(`${path} was there when the archive was opened`);
    return part;
  }

  /** The entries are all the seal and the newest checkpoint speak of, no more and no fewer. */
  #wholeTree(): Finding | null {
    const { seal } = this.#opened;
    const { size } = this.#ledger.builder;
    const newest = this.#checkpoints.at(-1);
    const wrong = (message: string): Finding => ({ code: 'root_mismatch', file: FILES.entries, message });
    if (size !== seal.size) return wrong(`holds ${size} entries where the seal says ${seal.size}`);
    if (!sameBytes(this.#ledger.builder.root(), seal.root))
      return wrong('does not lead to the root the seal says');
    return newest?.size === seal.size ? null : wrong('has no checkpoint over its last entry');
  }

  /** Files that repeat entries say the same; blobs stand under their own hash; nothing stands there besides. */
  #files(): Finding | null {
    const { manifest } = this.#opened;
    const { derived, blobs } = this.#ledger;
    const fixed = new Set<string>(Object.values(FILES));
    for (const [path, hash] of derived) {
      if (manifest.get(path) !== hash) {
        return { code: 'repeated_wrongly', file: path, message: `${path} does not say what the entries say` };
      }
    }
    for (const [path, entry] of blobs) {
      if (!manifest.has(path))
        return about(entry, 'missing_blob', `vouches for ${path}, which the archive lacks`);
      if (!path.endsWith(`/${manifest.get(path)}`)) {
        return { code: 'missing_blob', file: path, message: `${path} does not hash to its name` };
      }
    }
    const stray = [...manifest.keys()].find(
      (path) => !fixed.has(path) && !derived.has(path) && !blobs.has(path),
    );
    if (stray === undefined) return null;
    return { code: 'unexpected_file', file: stray, message: `no entry speaks of ${stray}` };
  }

  figures(bytes: number): Figures {
    const ledger = this.#ledger;
    const { key, parts } = this.#opened;
    return {
      origin: key.name,
      verifierKey: formatVerifierKey(key),
      entries: Number(ledger.builder.size),
      root: toHex(ledger.builder.root()),
      kinds: sorted(
        [...ledger.kinds].map(([kind, count]) => ({ kind, count })),
        ({ kind }) => kind,
      ),
      privatePayloads: ledger.private_,
      erasedPayloads: ledger.erased,
      checkpoints: this.#checkpoints.length,
      receipts: this.#receipts.held,
      signatures: this.#signatures.checked,
      postings: ledger.postings,
      balances: sorted(
        [...ledger.balances].map(balanceView),
        ({ account, currency }) => `${account} ${currency}`,
      ),
      policies: this.#policies.steps,
      votes: [...this.#votes.votes].map(([proposalId, { title, outcome, words }]) => ({
        proposalId,
        title,
        outcome,
        words,
      })),
      contributions: { accepted: this.#payments.accepted, rejected: this.#payments.rejected },
      royalties: this.#payments.royalties,
      clips: this.#models.clips,
      models: [...this.#models.weights].map(([modelId, weightsSha256]) => ({ modelId, weightsSha256 })),
      files: parts.size,
      bytes,
    };
  }
}

function balanceView([key, balance]: [string, bigint]): Figures['balances'][number] {
  const [account = '', currency = ''] = key.split(' ');
  return { account, currency, balance };
}

function sorted<T>(items: T[], key: (item: T) => string): T[] {
  return items.sort((a, b) => (key(a) < key(b) ? -1 : 1));
}
