import type {
  PolicyAnswer,
  PolicyDiffAnswer,
  PolicyFollowingAnswer,
  PolicyVersionsAnswer,
  StoppedWorker,
} from '@uncaged/contract';
import { amountText } from '#lib/money.ts';
import { chapters, type Json } from '#lib/policy.ts';
import { ask, get, maybe } from '#lib/server/ask.ts';
import type { PageServerLoad } from './$types';

const whole = (text: string | null): number | null =>
  text !== null && /^\d{1,9}$/.test(text) ? Number(text) : null;

export const load: PageServerLoad = async (event) => {
  const query = event.url.searchParams;
  const [from, to, day] = [whole(query.get('from')), whole(query.get('to')), query.get('at') ?? ''];
  const then =
    day === ''
      ? null
      : await ask<PolicyAnswer>(
          event,
          'GET',
          `/api/policy/at?moment=${encodeURIComponent(`${day}T23:59:59Z`)}`,
        );
  const [current, { versions }, following, stopped, compared] = await Promise.all([
    get<PolicyAnswer>(event, '/api/policy'),
    get<PolicyVersionsAnswer>(event, '/api/policy/versions'),
    get<PolicyFollowingAnswer>(event, '/api/policy/following'),
    maybe<{ workers: StoppedWorker[] }>(event, '/api/workers/stopped'),
    from === null || to === null
      ? null
      : ask<PolicyDiffAnswer>(event, 'GET', `/api/policy/diff?from=${from}&to=${to}`),
  ]);
  const policy = then?.ok ? then.data : current;
  const currency = event.locals.collective.currency ?? 'EUR';
  const told = chapters(
    policy.document as Record<string, Json>,
    (minor) => `${amountText(minor, currency)} ${currency}`,
  );
  const originOf = (path: string) =>
    policy.origins
      .filter(
        (one) => one.path === path || path.startsWith(`${one.path}/`) || one.path.startsWith(`${path}/`),
      )
      .toSorted((a, b) => b.version - a.version)[0] ?? null;
  return {
    version: policy.version,
    inForce: current.version,
    hash: policy.hash,
    at: policy.at,
    entryId: policy.entryId,
    document: policy.document,
    chapters: told.map((chapter) => ({
      title: chapter.title,
      clauses: chapter.clauses.map((clause) => {
        const origin = originOf(clause.path);
        return { ...clause, origin: origin?.proposal ?? null, since: origin?.at ?? null };
      }),
    })),
    versions: versions.toSorted((a, b) => b.version - a.version),
    following,
    stopped: stopped?.workers ?? [],
    day,
    thenProblem: then && !then.ok ? then.problem : null,
    from,
    to,
    compared,
  };
};
