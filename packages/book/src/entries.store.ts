import { rows, type SQL, sql, type Tx } from '@uncaged/platform';
import { fromHex } from './bytes.ts';
import type { Visibility } from './leaf.ts';
import type { Posting } from './postings.ts';

/** Everything that stands about an entry. */
export interface StoredEntry {
  id: string;
  position: bigint | null;
  kind: string;
  time: Date;
  actor: string | null;
  subject: string;
  visibility: Visibility;
  commitment: Uint8Array;
  leafHash: Uint8Array;
  legs: number;
  /** Canonical JSON; null when erased. */
  payload: string | null;
  salt: Uint8Array | null;
  postings: Posting[];
}

type EntryRow = Omit<StoredEntry, 'salt' | 'postings'> & {
  salt: string | null;
  /** Amounts as text: JSON numbers would lose digits. */
  postings: { account: string; currency: string; amount: string }[];
};

async function select(tx: Tx, where: SQL, orderAndLimit: SQL): Promise<StoredEntry[]> {
  const found = await rows<EntryRow>(
    tx,
    sql`select e.id, l.position, e.kind, e."time", e.actor, e.subject, e.visibility, e.commitment,
          e.leaf_hash as "leafHash", e.legs::int as legs, y.payload, encode(y.salt, 'hex') as salt,
          coalesce((select jsonb_agg(jsonb_build_object('account', p.account, 'currency', p.currency,
                'amount', p.amount::text) order by p.line)
              from book_postings p where e.legs > 0 and p.entry_id = e.id), '[]') as postings
        from book_entries e
        left join book_leaves l on l.entry_id = e.id
        left join book_payloads y on y.entry_id = e.id
        where ${where} ${orderAndLimit}`,
  );
  return found.map((row) => ({
    ...row,
    salt: row.salt === null ? null : fromHex(row.salt),
    postings: row.postings.map((posting) => ({ ...posting, amount: BigInt(posting.amount) })),
  }));
}

/** One entry, sealed or not. */
export async function entryById(tx: Tx, id: string): Promise<StoredEntry | null> {
  const [found] = await select(tx, sql`e.id = ${id}`, sql``);
  return found ?? null;
}

export interface Page {
  /** Position of the last entry seen; null to begin. */
  after: bigint | null;
  newestFirst: boolean;
  limit: number;
  kind?: string | undefined;
  subject?: string | undefined;
}

/** Sealed entries in log order, or backwards from the newest. */
export async function sealedEntries(tx: Tx, page: Page): Promise<StoredEntry[]> {
  const beyond = page.newestFirst ? sql`l.position < ${page.after}` : sql`l.position > ${page.after}`;
  const from = page.after === null ? sql`l.position is not null` : beyond;
  const kind = page.kind === undefined ? sql`true` : sql`e.kind = ${page.kind}`;
  const subject = page.subject === undefined ? sql`true` : sql`e.subject = ${page.subject}`;
  const order = page.newestFirst ? sql`order by l.position desc` : sql`order by l.position`;
  return select(tx, sql`${from} and ${kind} and ${subject}`, sql`${order} limit ${page.limit}`);
}

/** Every entry in the order it was written (causal), sealed or not, read in pages. */
export async function* everyEntry(tx: Tx): AsyncGenerator<StoredEntry> {
  for (let after: bigint | null = 0n; after !== null; ) {
    const page: { seq: bigint; id: string }[] = await rows(
      tx,
      sql`select seq, id from book_entries where seq > ${after} order by seq limit 500`,
    );
    const ids = JSON.stringify(page.map(({ id }) => id));
    yield* await select(
      tx,
      sql`e.id in (select jsonb_array_elements_text(${ids}::text::jsonb))`,
      sql`order by e.seq`,
    );
    after = page.length < 500 ? null : (page.at(-1)?.seq ?? null);
  }
}
