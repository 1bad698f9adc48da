import type { RequestEvent } from '@sveltejs/kit';
import type {
  BallotAnswer,
  CommentsAnswer,
  DelegationsAnswer,
  InterestsAnswer,
  PolicyAnswer,
  ProposalAnswer,
  ReplayAnswer,
} from '@uncaged/contract';
import { amended, amendFields } from '#lib/amend.ts';
import { amountText } from '#lib/money.ts';
import { type Json, type Operation, patched, proseDiff } from '#lib/policy.ts';
import { ask, type Filled, filled, get, maybe, problem, refuse } from '#lib/server/ask.ts';
import { voteOf } from '#lib/votes.ts';
import type { Actions, PageServerLoad } from './$types';

const address = (event: { params: { id: string } }): string =>
  `/api/proposals/${encodeURIComponent(event.params.id)}`;

export const load: PageServerLoad = async (event) => {
  const { me } = await event.parent();
  const days = Number(event.url.searchParams.get('back') ?? 0);
  const [answer, handed, declared, said] = await Promise.all([
    get<ProposalAnswer>(event, address(event)),
    me ? maybe<DelegationsAnswer>(event, '/api/delegations') : null,
    maybe<InterestsAnswer>(event, `/api/interests?proposal=${encodeURIComponent(event.params.id)}`),
    get<CommentsAnswer>(event, `${address(event)}/comments`),
  ]);
  const given = handed?.given.find(({ topic }) => topic === answer.proposal.kind);
  const { patch, against } = answer.proposal;
  const base =
    patch.length > 0 ? await maybe<PolicyAnswer>(event, `/api/policy/versions/${against.version}`) : null;
  return {
    ...answer,
    ...said,
    prose: base
      ? inProse(base.document as Json, patch as Operation[], event.locals.collective.currency ?? 'EUR')
      : [],
    days: days > 0 ? days : null,
    back:
      days > 0 && me && patch.length > 0
        ? await ask<ReplayAnswer>(event, 'POST', '/api/replay', { patch, against: against.hash, days })
        : null,
    handedOn: given?.chain ?? [],
    interests: declared?.interests.filter(({ touching }) => touching) ?? [],
  };
};

/** What a patch changes, in the sentences of the rules. */
function inProse(before: Json, patch: Operation[], currency: string) {
  const after = patched(before, patch);
  const money = (minor: string) => `${amountText(minor, currency)} ${currency}`;
  return after === null ? [] : proseDiff(before, after, money);
}

type Step = RequestEvent<{ id: string }>;

async function changed(event: Step, at: string, path: string, body: unknown, form: Filled, typed = {}) {
  const answer = await ask(event, 'POST', `${address(event)}/${path}`, body, form.key);
  return answer.ok ? { done: at } : refuse(at, answer.problem, typed);
}

/** New words for a change, from a form with a field for each of its values. */
function reworded(at: string, { diff }: ProposalAnswer['proposal'], form: Filled) {
  const values = Object.fromEntries(
    amendFields(diff).map(({ path }): [string, string] => [path, form.text(`clause:${path}`)]),
  );
  const words = { title: form.text('title'), body: form.text('body') };
  const typed = { ...words, ...values };
  const found = amended(diff, values);
  if (found.ok) return { read: found, typed, words };
  const [title, next] = ['One field cannot be read', 'Write something of its sort there.'];
  const refused = refuse(at, problem('field_wrong', title, `${found.label}.`, next), typed);
  return { read: { ok: false as const, refused }, typed, words };
}

export const actions: Actions = {
  say: async (event) => {
    const form = await filled(event);
    const [body, clause, parentId] = ['body', 'clause', 'parentId'].map((name) => form.text(name));
    const about = { ...(clause ? { clause } : {}), ...(parentId ? { parentId } : {}) };
    const at = parentId ? `say-${parentId}` : 'say';
    return changed(event, at, 'comments', { body, ...about }, form, { body, clause });
  },
  unsay: async (event) => {
    const form = await filled(event);
    const id = form.text('comment');
    const answer = await ask(event, 'POST', `/api/comments/${encodeURIComponent(id)}/withdraw`, {}, form.key);
    return answer.ok ? { done: 'unsay' } : refuse(`unsay-${id}`, answer.problem);
  },
  revise: async (event) => {
    const form = await filled(event);
    const { proposal } = await get<ProposalAnswer>(event, address(event));
    const policy = await get<PolicyAnswer>(event, '/api/policy');
    const { read, typed, words } = reworded('revise', proposal, form);
    if (!read.ok) return read.refused;
    // A day to talk until that has passed asks for nothing any more.
    const { discussUntil, ...terms } = proposal.terms;
    const until = discussUntil !== undefined && Date.parse(discussUntil) > Date.now() ? { discussUntil } : {};
    const body = { ...words, patch: read.patch, against: policy.hash, terms: { ...terms, ...until } };
    return changed(event, 'revise', 'revisions', body, form, typed);
  },
  open: async (event) => changed(event, 'open', 'open', {}, await filled(event)),
  withdraw: async (event) => changed(event, 'withdraw', 'withdraw', {}, await filled(event)),
  accept: async (event) => {
    const form = await filled(event);
    const option = form.text('option');
    return changed(event, `accept-${option}`, `options/${encodeURIComponent(option)}/accept`, {}, form);
  },
  back: async (event) => {
    const form = await filled(event);
    const option = form.text('option');
    return changed(event, `back-${option}`, `options/${encodeURIComponent(option)}/withdraw`, {}, form);
  },
  stand: async (event) => {
    const form = await filled(event);
    const body = { statement: form.text('statement') };
    return changed(event, 'stand', 'candidacies', body, form, body);
  },
  consent: async (event) => {
    const form = await filled(event);
    return changed(event, 'consent', 'consents', { yes: form.text('yes') === 'yes' }, form);
  },
  put: async (event) => {
    const form = await filled(event);
    const answer = await get<ProposalAnswer>(event, address(event));
    const { read, typed, words } = reworded('put', answer.proposal, form);
    if (!read.ok) return read.refused;
    return changed(event, 'put', 'options', { ...words, patch: read.patch }, form, typed);
  },
  vote: async (event) => {
    const form = await filled(event);
    const choice = form.text('choice');
    let body: object = { choice };
    if (choice === '') {
      const { proposal } = await get<ProposalAnswer>(event, address(event));
      const keys = proposal.ballotOptions.map(({ key }) => key);
      body = { vote: voteOf(proposal.method, keys, form) };
    }
    const answer = await ask<BallotAnswer>(event, 'POST', `${address(event)}/ballots`, body, form.key);
    if (!answer.ok) return refuse('vote', answer.problem);
    return { voted: { choice: answer.data.choice, entryId: answer.data.receipt.entryId } };
  },
};
