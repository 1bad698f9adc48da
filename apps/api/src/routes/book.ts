import { Readable } from 'node:stream';
import {
  bookChecks,
  bookKey,
  type Check,
  type Checked,
  checkpoint,
  consistency,
  entries,
  exportArchive,
  type Inclusion,
  inclusion,
  provenEntry,
  runChecks,
  type SeenEntry,
} from '@uncaged/book';
import { formatVerifierKey, toBase64, toHex } from '@uncaged/book/rules';
import { compensationChecks } from '@uncaged/compensation';
import {
  type BookChecks,
  type BookEntry,
  bookEndpoints,
  type EntryWithProof,
  type InclusionProof,
} from '@uncaged/contract';
import { governanceChecks } from '@uncaged/governance';
import type { Platform } from '@uncaged/platform';
import { provenanceChecks } from '@uncaged/provenance';
import { studioChecks } from '@uncaged/studio';
import type { Hono } from 'hono';
import { z } from 'zod';
import { type Deps, type Env, newRoutes } from '../deps.ts';
import { route } from '../route.ts';

/** Every domain's named invariants, recomputed from what is stored. */
function allChecks(platform: Platform): readonly Check[] {
  return [
    ...bookChecks,
    ...governanceChecks,
    ...compensationChecks,
    ...provenanceChecks(platform.blobs),
    ...studioChecks,
  ];
}

const count = z.string().regex(/^\d{1,15}$/, 'must be a whole number');
const entriesQuery = z.object({
  after: z.string().optional(),
  kind: z.string().max(128).optional(),
  subject: z.string().max(200).optional(),
  newest: z.enum(['true', 'false']).optional(),
  limit: z.coerce.number().int().min(1).max(500).optional(),
});

/** The book over HTTP: key, checkpoint, entries, proofs, checks, export. */
export function bookRoutes(deps: Deps): Hono<Env> {
  const app = newRoutes();
  const { platform } = deps;
  const { read } = platform.db;
  entryRoutes(deps, app);
  proofRoutes(deps, app);
  exportRoute(deps, app);

  route(app, bookEndpoints.key, { summary: 'The key the book is signed with' }, async () => {
    const { key } = await bookKey(platform.secrets);
    const publicKey = toBase64(key.publicKey);
    return { ok: true, answer: { origin: key.name, verifierKey: formatVerifierKey(key), publicKey } };
  });

  route(app, bookEndpoints.checkpoint, { summary: 'The newest signed checkpoint' }, async ({ c }) => {
    const newest = await checkpoint(read);
    if (!newest) return { ok: false, code: 'nothing_sealed' };
    // What is signed must outlive a power cut, or the book would one day sign another tree of that size.
    await platform.db.durable();
    return c.body(newest.note, 200, {
      'content-type': 'text/plain; charset=utf-8',
      'cache-control': 'no-store',
    });
  });

  const checked = sharedFor(10_000, () => runChecks(read, platform, allChecks(platform)));
  route(app, bookEndpoints.checks, { summary: 'All named invariants, recomputed' }, async () => {
    const checks = (await checked()).map(checkView);
    return { ok: true, answer: { ok: checks.every(({ ok }) => ok), checks } };
  });

  return app;
}

function exportRoute({ platform }: Deps, app: Hono<Env>): void {
  const inTurn = oneAtATime();
  route(
    app,
    bookEndpoints.export,
    {
      summary: 'The whole book as an archive',
      query: z.object({ private: z.enum(['true', 'false']).optional() }),
    },
    async ({ c, query }) => {
      const withPrivate = query.private === 'true';
      if (withPrivate && c.get('actor').kind !== 'operator') return { ok: false, code: 'not_allowed' };
      const { signal } = c.req.raw;
      const exported = await inTurn(async () =>
        signal.aborted ? null : exportArchive(platform, { withPrivate }),
      );
      if (!exported) return c.body(null, 204);
      if (!exported.ok) return exported;
      await platform.db.durable();
      // Whoever left while it was built never begins to read, so nothing else would drop its files.
      const drop = () => void exported.archive.discard();
      if (signal.aborted) drop();
      signal.addEventListener('abort', drop, { once: true });
      const { bytes, size, leaves } = exported.archive;
      return new Response(Readable.toWeb(Readable.from(bytes)) as BodyInit, {
        headers: {
          'content-type': 'application/zip',
          'content-length': String(size),
          'content-disposition': `attachment; filename="uncaged-book-${leaves}.zip"`,
          'cache-control': 'no-store',
        },
      });
    },
  );
}

function entryRoutes({ platform }: Deps, app: Hono<Env>): void {
  const { read } = platform.db;
  route(
    app,
    bookEndpoints.entries,
    { summary: 'Pages of the sealed log', query: entriesQuery },
    async ({ c, query }) => {
      const { newest, ...asked } = query;
      const page = await entries(read, c.get('actor'), { ...asked, newestFirst: newest === 'true' });
      return page.ok ? { ok: true, answer: { entries: page.entries.map(entryView), next: page.next } } : page;
    },
  );

  route(app, bookEndpoints.entry, { summary: 'One entry with its proofs' }, async ({ c, params }) => {
    const proven = await provenEntry(read, platform, c.get('actor'), params.id ?? '');
    if (!proven.ok) return proven;
    await platform.db.durable();
    const { entry, leaf, receipt, checkpoint: note } = proven;
    const answer: EntryWithProof = {
      entry: entryView(entry),
      leafHex: toHex(leaf),
      salt: entry.salt && toHex(entry.salt),
      receipt,
      inclusion: proven.inclusion && inclusionView(proven.inclusion),
      checkpoint: note,
    };
    return { ok: true, answer };
  });
}

function proofRoutes({ platform }: Deps, app: Hono<Env>): void {
  const { read } = platform.db;
  const ofLeaf = z.object({ index: count, size: count });
  route(app, bookEndpoints.inclusion, { summary: 'An inclusion proof', query: ofLeaf }, async ({ query }) => {
    const found = await inclusion(read, BigInt(query.index), BigInt(query.size));
    return found.ok ? { ok: true, answer: inclusionView(found.inclusion) } : found;
  });

  const ofSizes = z.object({ from: count, to: count });
  route(
    app,
    bookEndpoints.consistency,
    { summary: 'A consistency proof', query: ofSizes },
    async ({ query }) => {
      const found = await consistency(read, BigInt(query.from), BigInt(query.to));
      if (!found.ok) return found;
      const { from, to, fromRoot, toRoot, proof } = found.consistency;
      const answer = {
        from: Number(from),
        to: Number(to),
        fromRoot: toHex(fromRoot),
        toRoot: toHex(toRoot),
        proof: proof.map(toHex),
      };
      return { ok: true, answer };
    },
  );
}

function entryView(entry: SeenEntry): BookEntry {
  const { id, kind, actor, subject, visibility, erased } = entry;
  return {
    id,
    position: entry.position === null ? null : Number(entry.position),
    time: entry.time.toISOString(),
    kind,
    actor,
    subject,
    visibility,
    payload: entry.payload as BookEntry['payload'],
    erased,
    commitment: toHex(entry.commitment),
    leafHash: toHex(entry.leafHash),
    postings: entry.postings.map(({ account, currency, amount }) => ({
      account,
      currency,
      amount: amount.toString(),
    })),
  };
}

function inclusionView({ index, size, leafHash, root, proof }: Inclusion): InclusionProof {
  return {
    index: Number(index),
    size: Number(size),
    leafHash: toHex(leafHash),
    root: toHex(root),
    proof: proof.map(toHex),
  };
}

function checkView({ name, ok, violations }: Checked): BookChecks['checks'][number] {
  return { name, ok, violations: [...violations] };
}

/** Runs one after the other: everybody may ask for an export, and each writes the whole book to the disk. */
function oneAtATime(): <T>(run: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (run) => {
    const mine = last.then(run);
    last = mine.catch(() => {});
    return mine;
  };
}

/** One run at a time, its answer kept for `ms`: everybody may ask, and it reads the whole book. */
function sharedFor<T>(ms: number, run: () => Promise<T>): () => Promise<T> {
  let last: { at: number; answer: Promise<T> } | null = null;
  return () => {
    if (last && performance.now() - last.at < ms) return last.answer;
    const answer = run();
    last = { at: Number.POSITIVE_INFINITY, answer };
    const mine = last;
    answer.then(
      () => {
        mine.at = performance.now();
      },
      () => {
        last = null;
      },
    );
    return answer;
  };
}
