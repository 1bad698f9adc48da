import { type Entry, record } from '@uncaged/book';
import { type ProvenanceContext, recorded } from '../context.ts';
import { datasetsWithAuthor, holdingsChanged } from '../lineage/holdings.store.ts';
import * as store from './authors.store.ts';

export type { AuthorCount } from './authors.store.ts';

/** Authors of works that are given to everyone, and confirmed artists among the members; most works first. */
export function listAuthors(
  ctx: ProvenanceContext,
  asked: { q?: string | undefined; limit: number },
): Promise<{ authors: store.AuthorCount[]; total: number }> {
  return store.authorsOf(ctx.db.read, { q: asked.q, limit: asked.limit });
}

export type AuthorConfirmed =
  | { ok: true; author: store.AuthorCount; entry: Entry }
  | {
      ok: false;
      code: 'unknown_author' | 'author_is_no_member' | 'author_confirmed_before' | 'author_is_yourself';
    };

/**
 * A steward's word that a member is the artist of the name they sign with. Only then does their consent open that
 * name in prompts, and the royalties of imported works under it are theirs. Errors in the order they are tested: `unknown_author`, `author_is_no_member`,
 * `author_is_yourself`, `author_confirmed_before`.
 */
export function confirmAuthor(ctx: ProvenanceContext, authorId: string): Promise<AuthorConfirmed> {
  return ctx.db.transaction(async (tx) => {
    const author = await store.authorById(tx, authorId);
    if (!author) return { ok: false, code: 'unknown_author' };
    if (author.memberId === null || author.name === null) return { ok: false, code: 'author_is_no_member' };
    const by = ctx.actor.memberId;
    if (by === null || by === author.memberId) return { ok: false, code: 'author_is_yourself' };
    if (!(await store.confirm(tx, authorId, by, ctx.clock.now())))
      return { ok: false, code: 'author_confirmed_before' };
    const entry = recorded(
      await record(tx, ctx, {
        kind: 'author.confirmed',
        actor: by,
        subject: `author:${authorId}`,
        payload: { authorId, memberId: author.memberId, name: author.name },
        visibility: 'public',
      }),
    );
    await holdingsChanged(tx, await datasetsWithAuthor(tx, authorId));
    return { ok: true, author: { ...author, confirmedAt: ctx.clock.now() }, entry };
  });
}
