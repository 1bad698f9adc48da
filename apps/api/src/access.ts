import { type Act, mayDo, type Policy } from '@uncaged/governance/rules';
import type { Actor } from '@uncaged/platform';

/**
 * Who may call a route: `anyone`, a logged-in `member`, a `worker` or the `operator` by token, or an act that
 * the policy in force grants to roles (`generate`, `vote`…), so that a vote can change it.
 */
export type Who = 'anyone' | 'member' | 'worker' | 'operator' | Act;

/** The one file that says who may do what. What it does not name is denied, with `route_not_listed`. */
export const access: Readonly<Record<string, readonly Who[]>> = {
  'GET /api/health': ['anyone'],
  'GET /api/openapi.json': ['anyone'],

  // people
  'GET /api/collective': ['anyone'],
  'POST /api/collective': ['anyone'],
  'POST /api/invitations': ['invite_member'],
  'POST /api/members': ['anyone'],
  'GET /api/members': ['anyone'],
  'POST /api/sessions': ['anyone'],
  'GET /api/sessions': ['member'],
  'DELETE /api/sessions/:id': ['member'],
  'GET /api/me': ['anyone'],
  'DELETE /api/me': ['member'],

  // governance
  'GET /api/policy': ['anyone'],
  'GET /api/policy/versions': ['anyone'],
  'GET /api/policy/versions/:version': ['anyone'],
  'GET /api/policy/diff': ['anyone'],
  'GET /api/policy/at': ['anyone'],
  'GET /api/policy/file': ['anyone'],
  'POST /api/policy/file': ['propose'],
  'GET /api/policy/following': ['anyone'],
  'POST /api/replay': ['propose', 'vote'],
  'GET /api/proposals/:id/comments': ['anyone'],
  'POST /api/proposals/:id/comments': ['member'],
  'POST /api/comments/:id/withdraw': ['member'],
  'GET /api/delegations': ['member'],
  'POST /api/delegations': ['vote'],
  'POST /api/delegations/:topic/revoke': ['member'],
  'GET /api/interests': ['anyone'],
  'POST /api/interests': ['member'],
  'POST /api/interests/:id/end': ['member'],
  'GET /api/emergencies': ['anyone'],
  'GET /api/emergencies/:id': ['anyone'],
  'POST /api/emergencies': ['sign_emergency'],
  'POST /api/emergencies/:id/sign': ['sign_emergency'],
  'GET /api/appeals': ['anyone'],
  'GET /api/appeals/:id': ['anyone'],
  'POST /api/appeals': ['member'],
  'POST /api/appeals/:id/judgements': ['vote'],
  'POST /api/proposals': ['propose'],
  'GET /api/proposals': ['anyone'],
  'GET /api/proposals/:id': ['anyone'],
  'POST /api/proposals/:id/open': ['propose'],
  'POST /api/proposals/:id/revisions': ['propose'],
  'POST /api/proposals/:id/withdraw': ['propose'],
  'POST /api/proposals/:id/options': ['propose'],
  'POST /api/proposals/:id/options/:key/accept': ['propose'],
  'POST /api/proposals/:id/options/:key/withdraw': ['member'],
  'POST /api/proposals/:id/candidacies': ['vote'],
  'POST /api/proposals/:id/consents': ['member'],
  'POST /api/proposals/:id/ballots': ['vote'],
  'POST /api/proposals/:id/papers': ['vote'],
  // Whoever holds a paper, and nobody asks who.
  'POST /api/proposals/:id/secret-ballots': ['anyone'],

  // compensation
  'POST /api/funds/deposits': ['deposit_funds', 'operator'],
  'GET /api/funds': ['anyone'],
  'GET /api/funds/:name/movements': ['anyone'],
  'POST /api/funds/sources': ['deposit_funds'],
  'POST /api/funds/transfers': ['deposit_funds'],
  'POST /api/funds/exchanges': ['deposit_funds'],
  'POST /api/funds/reversals': ['deposit_funds'],
  'GET /api/generations/:id/royalty': ['anyone'],
  'GET /api/works/:id/royalties': ['anyone'],
  'GET /api/me/royalties': ['member'],
  'POST /api/calls': ['open_call'],
  'GET /api/calls': ['anyone'],
  'GET /api/calls/:id': ['anyone'],
  'POST /api/calls/:id/names': ['contribute'],
  'POST /api/calls/:id/commitments': ['contribute'],
  'POST /api/contributions': ['contribute'],
  'GET /api/contributions': ['anyone'],
  'GET /api/contributions/:id': ['anyone'],
  'POST /api/attachments': ['contribute'],
  // Whoever may read the words of a report; the rule is in its view.
  'GET /api/attachments/:id': ['member'],
  'GET /api/reviews': ['member'],
  'POST /api/contributions/:id/reviews': ['review'],
  'GET /api/contributions/:id/earlier': ['review'],
  'POST /api/contributions/:id/appeal': ['member'],
  'POST /api/contributions/:id/judgements': ['review'],
  'GET /api/me/statement': ['member'],
  'GET /api/paid': ['anyone'],

  // provenance
  'GET /api/works': ['anyone'],
  'GET /api/works/:id': ['anyone'],
  'GET /api/works/:id/image': ['anyone'],
  'POST /api/works': ['add_work'],
  'GET /api/authors': ['anyone'],
  'POST /api/authors/:id/confirm': ['import_works'],
  'GET /api/imports': ['anyone'],
  'POST /api/imports': ['import_works', 'operator'],
  'POST /api/imports/:id/pending': ['import_works', 'operator'],
  'POST /api/imports/:id/works': ['import_works', 'operator'],
  'POST /api/imports/:id/finish': ['import_works', 'operator'],
  'GET /api/imports/:id': ['anyone'],
  'GET /api/imports/:id/items': ['anyone'],
  'POST /api/works/:id/consents': ['give_consent'],
  'GET /api/models': ['anyone'],
  'GET /api/models/:id': ['anyone'],
  'GET /api/datasets/:id': ['anyone'],
  'GET /api/generations/:id/lineage': ['anyone'],
  'GET /api/generations/:id/alike': ['anyone'],
  'GET /api/credentials/chain': ['anyone'],

  // studio
  'POST /api/generations': ['generate'],
  'GET /api/generations': ['anyone'],
  'GET /api/generations/:id': ['anyone'],
  'GET /api/generations/:id/events': ['anyone'],
  'GET /api/generations/:id/preview': ['anyone'],
  'GET /api/generations/:id/clip.mp4': ['anyone'],
  'GET /api/generations/:id/preview.webp': ['anyone'],
  'GET /api/generations/:id/poster.png': ['anyone'],
  'POST /api/generations/:id/publish': ['publish'],
  'POST /api/generations/:id/unpublish': ['publish'],
  'GET /api/events': ['anyone'],

  // teaching
  'GET /api/training/materials': ['member'],
  'POST /api/fine-tunes/captions': ['generate'],
  'POST /api/fine-tunes': ['generate'],
  'GET /api/fine-tunes': ['member'],
  'GET /api/fine-tunes/:id': ['member'],
  'GET /api/fine-tunes/:id/events': ['member'],
  'GET /api/fine-tunes/:id/sheets/:step': ['member'],
  'POST /api/fine-tunes/:id/start': ['generate'],
  'POST /api/fine-tunes/:id/stop': ['member'],
  'POST /api/fine-tunes/:id/continue': ['generate'],
  'POST /api/fine-tunes/:id/keep': ['member'],
  'POST /api/fine-tunes/:id/discard': ['member'],
  'GET /api/adapters': ['member'],
  'GET /api/adapters/:id': ['member'],
  'GET /api/adapters/:id/file': ['member'],
  'POST /api/adapters/import': ['generate'],
  'POST /api/adapters/:id/share': ['publish'],
  'POST /api/adapters/:id/unshare': ['member'],
  'POST /api/adapters/:id/discard': ['member'],

  // workers
  'POST /api/workers': ['add_worker', 'operator'],
  'GET /api/workers': ['member', 'operator'],
  'GET /api/workers/stopped': ['anyone'],
  'POST /api/workers/:id/resume': ['add_worker', 'operator'],
  'DELETE /api/workers/:id': ['add_worker', 'operator'],
  'POST /api/worker/lease': ['worker'],
  'POST /api/worker/leases/:id/heartbeat': ['worker'],
  'POST /api/worker/leases/:id/progress': ['worker'],
  'PUT /api/worker/blobs/:sha256': ['worker'],
  'GET /api/worker/blobs/:sha256': ['worker'],
  'POST /api/worker/leases/:id/complete': ['worker'],
  'POST /api/worker/leases/:id/training': ['worker'],
  'POST /api/worker/leases/:id/taught': ['worker'],
  'POST /api/worker/leases/:id/fail': ['worker'],

  // book
  'GET /api/book/key': ['anyone'],
  'GET /api/book/checkpoint': ['anyone'],
  'GET /api/book/entries': ['anyone'],
  'GET /api/book/entries/:id': ['anyone'],
  'GET /api/book/proof/inclusion': ['anyone'],
  'GET /api/book/proof/consistency': ['anyone'],
  'GET /api/book/checks': ['anyone'],
  'GET /api/book/export': ['anyone'],
};

export type AccessDecision =
  | { ok: true }
  | { ok: false; code: 'route_not_listed' | 'not_logged_in' | 'not_allowed' };

/**
 * Decides whether an actor may call a route. `policy` is null before the founding: then no act is granted.
 * Errors in the order they are tested: route_not_listed, not_logged_in (visitors), not_allowed.
 */
export function mayCall(route: string, actor: Actor, policy: Policy | null): AccessDecision {
  const allowed = access[route];
  if (!allowed) return { ok: false, code: 'route_not_listed' };
  if (allowed.some((who) => isOne(who, actor, policy))) return { ok: true };
  return { ok: false, code: actor.kind === 'visitor' ? 'not_logged_in' : 'not_allowed' };
}

function isOne(who: Who, actor: Actor, policy: Policy | null): boolean {
  if (who === 'anyone') return true;
  if (who === 'member' || who === 'worker' || who === 'operator') return actor.kind === who;
  return actor.kind === 'member' && policy !== null && mayDo(policy, actor.roles, who);
}
