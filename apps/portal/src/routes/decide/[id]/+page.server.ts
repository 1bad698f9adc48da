import type { RequestEvent } from '@sveltejs/kit';
import type {
  BallotAnswer,
  CommentsAnswer,
  DelegationsAnswer,
  InterestsAnswer,
  ModelSummary,
  PolicyAnswer,
  ProposalAnswer,
  ReplayAnswer,
} from '@uncaged/contract';
import { amending, reworded } from '#lib/amend.ts';
import { amountText } from '#lib/money.ts';
import { type Json, type Operation, patched, proseDiff } from '#lib/policy.ts';
import {
  type Asking,
  ask,
  type Filled,
  fieldsWrong,
  filled,
  get,
  maybe,
  refuse,
  typedIn,
} from '#lib/server/ask.ts';
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
  const { proposal } = answer;
  const { patch, against } = proposal;
  const currency = event.locals.collective.currency ?? 'EUR';
  const base = patch.length > 0 ? await baseOf(event, proposal) : null;
  const may = proposal.mine?.may;
  const fields = base && (may?.revise || may?.amend) ? await amendingOf(event, base, proposal) : null;
  return {
    ...answer,
    ...said,
    prose: base ? inProse(base, patch as Operation[], currency) : [],
    optionProse: Object.fromEntries(
      proposal.options.map(({ key, diff }) => [key, base ? inProse(base, asPatch(diff), currency) : []]),
    ),
    amending: fields && { ...fields, currency },
    days: days > 0 ? days : null,
    back:
      days > 0 && me && patch.length > 0
        ? await ask<ReplayAnswer>(event, 'POST', '/api/replay', { patch, against: against.hash, days })
        : null,
    handedOn: given?.chain ?? [],
    interests: declared?.interests.filter(({ touching }) => touching) ?? [],
  };
};

type Proposal = ProposalAnswer['proposal'];

/** The policy that a proposal was written against. */
async function baseOf(event: Asking, { against }: Proposal): Promise<Json | null> {
  const answer = await maybe<PolicyAnswer>(event, `/api/policy/versions/${against.version}`);
  return answer && (answer.document as Json);
}

async function amendingOf(event: Step, base: Json, proposal: Proposal) {
  const models = await maybe<{ models: ModelSummary[] }>(event, '/api/models');
  const around = { currency: event.locals.collective.currency ?? 'EUR', models: models?.models ?? [] };
  return amending(base, { ...proposal, patch: proposal.patch as Operation[] }, around);
}

function asPatch(diff: Proposal['diff']): Operation[] {
  return diff.map(({ path, before, after }): Operation => {
    if (after === undefined) return { op: 'remove', path };
    return { op: before === undefined ? 'add' : 'replace', path, value: after as Json };
  });
}

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

/** New words for a change, from a form that has a field for each of its values. */
async function newWords(event: Step, at: string, proposal: Proposal, form: Filled) {
  const words = { title: form.text('title'), body: form.text('body') };
  const base = proposal.patch.length > 0 ? await baseOf(event, proposal) : null;
  const fields = base && (await amendingOf(event, base, proposal));
  const typed: Record<string, string> = { ...words, ...typedIn(form, (name) => name.startsWith('/')) };
  if (!base || !fields) return { read: { ok: true as const, patch: proposal.patch }, typed, words };
  const { patch, wrong } = reworded(base, fields, typed, event.locals.collective.currency ?? 'EUR');
  if (Object.keys(wrong).length === 0) return { read: { ok: true as const, patch }, typed, words };
  return { read: { ok: false as const, refused: refuse(at, fieldsWrong(wrong), typed) }, typed, words };
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
    const { read, typed, words } = await newWords(event, 'revise', proposal, form);
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
    const { read, typed, words } = await newWords(event, 'put', answer.proposal, form);
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
