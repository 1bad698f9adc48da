import { rows, sql, type Tx } from '@uncaged/platform';
import type { ProvenanceContext } from '../context.ts';
import { openPicture } from '../picture/read.ts';
import { shownAmong } from '../works/works.store.ts';

/** A work whose light and dark fall like a picture's. Says nothing of where the picture came from. */
export interface WorkAlike {
  workId: string;
  title: string;
  authorId: string;
  authorName: string | null;
  memberId: string | null;
  hasPicture: boolean;
  /** of the 64 bits of their difference hashes those that differ; see `hashDistance` */
  distance: number;
}

/** Difference hashes of pictures by their SHA-256: a picture never changes. */
const known = new Map<string, string | null>();
const MOST_KNOWN = 2_000;

/** Of a stored picture; null where there is none, or nothing to see in it. */
async function hashOfPicture(ctx: Pick<ProvenanceContext, 'blobs'>, sha256: string): Promise<string | null> {
  const there = known.get(sha256);
  if (there !== undefined) return there;
  const bytes = await ctx.blobs.get(sha256);
  const opened = bytes && openPicture(bytes, { isOwn: true });
  const read = opened?.ok ? await opened.draw() : null;
  const dhash = read?.ok ? read.facts.dhash : null;
  if (known.size >= MOST_KNOWN) known.clear();
  known.set(sha256, dhash);
  return dhash;
}

/**
 * The works behind a model that look most like a picture, nearest first, of those that the looker may see and whose
 * picture is known here. `compared`: how many works were. Likeness is for looking at: nothing is said of influence by
 * it, and nobody is paid by it.
 */
export async function worksAlike(
  ctx: Pick<ProvenanceContext, 'db' | 'blobs' | 'clock' | 'actor'>,
  { modelId, picture }: { modelId: string; picture: string },
  limit: number,
): Promise<{ works: WorkAlike[]; compared: bigint }> {
  const tx = ctx.db.read;
  const [all] = await rows<{ compared: bigint }>(
    tx,
    sql`select count(w.dhash) as compared from models m join dataset_items i on i.dataset_id = m.dataset_id
        join works w on w.id = i.work_id where m.id = ${modelId}`,
  );
  // Of most models' works only the hash is known here: then nothing is decoded.
  const dhash = all?.compared ? await hashOfPicture(ctx, picture) : null;
  if (!all || dhash === null) return { works: [], compared: 0n };
  const near = await nearest(tx, { modelId, dhash }, 8 * limit);
  const ids = near.map(({ workId }) => workId);
  const shown = await shownAmong(tx, ids, ctx.clock.now());
  const looker = ctx.actor.memberId;
  const seen = near.filter(
    ({ workId, memberId }) => shown.has(workId) || (looker !== null && memberId === looker),
  );
  return { works: seen.slice(0, limit), compared: all.compared };
}

function nearest(tx: Tx, { modelId, dhash }: { modelId: string; dhash: string }, limit: number) {
  return rows<WorkAlike>(
    tx,
    sql`select w.id as "workId", w.title, w.author_id as "authorId", a.name as "authorName",
          a.member_id as "memberId", (w.shown_sha256 is not null) as "hasPicture",
          length(replace((('x' || w.dhash)::bit(64) # ('x' || ${dhash}::text)::bit(64))::text, '0', '')) as distance
        from models m join dataset_items i on i.dataset_id = m.dataset_id
        join works w on w.id = i.work_id join authors a on a.id = w.author_id
        where m.id = ${modelId} and w.dhash is not null
        order by distance, w.id limit ${limit}`,
  );
}
