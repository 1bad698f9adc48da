import type { PolicyAnswer, PolicyVersionsAnswer } from '@uncaged/contract';
import { amountText } from '#lib/money.ts';
import { chapters, type Json } from '#lib/policy.ts';
import { get } from '#lib/server/ask.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
  const [policy, { versions }] = await Promise.all([
    get<PolicyAnswer>(event, '/api/policy'),
    get<PolicyVersionsAnswer>(event, '/api/policy/versions'),
  ]);
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
    hash: policy.hash,
    at: policy.at,
    entryId: policy.entryId,
    document: policy.document,
    chapters: told.map((chapter) => ({
      title: chapter.title,
      clauses: chapter.clauses.map((clause) => ({
        ...clause,
        origin: originOf(clause.path)?.proposal ?? null,
      })),
    })),
    versions: versions.toSorted((a, b) => b.version - a.version),
  };
};
