import type { ArchivedEntry, Json } from '@uncaged/book/rules';
import {
  changesPolicy,
  optionKey,
  original,
  type PolicyPatch,
  type ProposalKind,
  patchForKind,
  proposalKinds,
  statusQuo,
  statusQuoTitle,
  type Terms,
} from '@uncaged/governance/rules';
import { isFields } from '../entries.ts';
import { sameJson } from './policies.ts';
import { idOf, list, type Payload, text, type Wrong, wrong } from './replay.ts';
import type { InForce } from './votes.ts';

/** An amendment, an answer or a candidate, as the book has it. */
interface Option {
  readonly key: string;
  readonly author: string | null;
  readonly title: string;
  readonly patch: Json | null;
  /** Who stands, of a candidacy. */
  readonly memberId: string | null;
  standing: boolean;
}

/** What is proposed, as it stands: its last words and its options. */
export interface Proposed {
  readonly author: string | null;
  readonly kind: ProposalKind;
  title: string;
  patch: Json;
  against: string;
  terms: Terms;
  readonly options: Map<string, Option>;
  /** The vote opened, or the proposal was withdrawn: nothing changes any more. */
  frozen: boolean;
}

type Step = (entry: ArchivedEntry, proposed: Proposed, payload: Payload) => string | null;

/** Every proposal until its vote opens: who wrote it, its revisions by its author, its amendments and candidates. */
export class Proposals {
  readonly kinds = [
    'proposal.created',
    'proposal.revised',
    'proposal.withdrawn',
    'proposal.amended',
    'proposal.amendment-withdrawn',
    'candidacy.declared',
    'candidacy.withdrawn',
  ];
  readonly #proposals = new Map<string, Proposed>();
  readonly #inForce: Pick<InForce, 'document' | 'mayOpenByItself'>;

  constructor(inForce: Pick<InForce, 'document' | 'mayOpenByItself'>) {
    this.#inForce = inForce;
  }

  get(id: string): Proposed | undefined {
    return this.#proposals.get(id);
  }

  step(entry: ArchivedEntry, payload: Payload): Wrong | null {
    const id = idOf(entry);
    const proposed = this.#proposals.get(id);
    if (entry.kind === 'proposal.created') {
      const said = proposed ? 'proposes the same a second time' : this.#create(entry, id, payload);
      return said === null ? null : wrong('broken_vote', said);
    }
    if (!proposed) return wrong('broken_vote', 'is about a proposal that nobody wrote');
    if (proposed.frozen) return wrong('broken_vote', 'changes what is put to the vote after it was frozen');
    const take: Record<string, Step> = {
      'proposal.revised': this.#revise,
      'proposal.withdrawn': this.#withdraw,
      'proposal.amended': this.#amend,
      'candidacy.declared': this.#stand,
      'proposal.amendment-withdrawn': this.#withdrawOption,
      'candidacy.withdrawn': this.#withdrawOption,
    };
    const said = take[entry.kind]?.(entry, proposed, payload) ?? null;
    return said === null ? null : wrong('broken_vote', said);
  }

  #create(entry: ArchivedEntry, id: string, payload: Payload): string | null {
    const kind = text(payload, 'kind') as ProposalKind;
    const terms = termsOf(payload);
    if (!proposalKinds.includes(kind)) return 'is of a kind that nobody knows';
    if (entry.actor === null && !this.#inForce.mayOpenByItself(terms)) {
      return 'is proposed by nobody, and follows from no clash and no emergency';
    }
    const options = payload.options === undefined ? [] : list(payload, 'options');
    const proposed: Proposed = {
      author: entry.actor,
      kind,
      title: text(payload, 'title'),
      patch: payload.patch ?? null,
      against: text(payload, 'against'),
      terms,
      options: new Map(),
      frozen: false,
    };
    for (const json of options) {
      if (!isFields(json)) return 'asks with an answer that is none';
      const said = this.#add(entry, proposed, json as Payload, { patch: null, memberId: null });
      if (said !== null) return said;
    }
    this.#proposals.set(id, proposed);
    return null;
  }

  readonly #revise: Step = (entry, proposed, payload) => {
    if (proposed.author === null || entry.actor !== proposed.author)
      return 'gives a proposal other words, and is not by its author';
    const { from } = payload;
    const accepted = typeof from === 'string' ? proposed.options.get(from) : undefined;
    if (from !== undefined && !accepted?.standing) return 'accepts an amendment that does not stand';
    if (accepted && !sameText(accepted.patch, payload.patch)) return 'accepts other words than it says';
    proposed.title = text(payload, 'title');
    proposed.patch = payload.patch ?? null;
    proposed.against = text(payload, 'against');
    proposed.terms = termsOf(payload);
    if (accepted) accepted.standing = false;
    const dropped = changesPolicy(proposed.kind)
      ? [...proposed.options.values()].filter((one) => one.standing && !this.#fits(proposed, one.patch))
      : [];
    for (const option of dropped) option.standing = false;
    const said = payload.dropped === undefined ? [] : list(payload, 'dropped');
    return sameText(
      said,
      dropped.map(({ key }) => key),
    )
      ? null
      : 'drops other amendments than those that no longer fit';
  };

  readonly #withdraw: Step = (entry, proposed) => {
    if (proposed.author === null || entry.actor !== proposed.author)
      return 'withdraws a proposal, and is not by its author';
    proposed.frozen = true;
    return null;
  };

  readonly #amend: Step = (entry, proposed, payload) => {
    if (entry.actor === null) return 'is an amendment of nobody';
    if (proposed.kind === 'election') return 'puts an amendment to an election';
    const patch = payload.patch ?? null;
    if ((patch === null) !== !changesPolicy(proposed.kind)) return 'is no option of a vote of this kind';
    if (patch !== null && !this.#fits(proposed, patch))
      return 'changes what a proposal of its kind may not change';
    return this.#add(entry, proposed, payload, { patch, memberId: null });
  };

  readonly #stand: Step = (entry, proposed, payload) => {
    const memberId = text(payload, 'memberId');
    if (proposed.kind !== 'election') return 'stands where nobody is elected';
    if (entry.actor !== memberId) return 'makes somebody else stand';
    const twice = [...proposed.options.values()].some((one) => one.standing && one.memberId === memberId);
    if (twice) return 'stands a second time';
    return this.#add(entry, proposed, { ...payload, title: '' }, { patch: null, memberId });
  };

  readonly #withdrawOption: Step = (entry, proposed, payload) => {
    const option = proposed.options.get(text(payload, 'key'));
    if (!option?.standing) return 'takes back what does not stand';
    if (entry.actor === null || option.author !== entry.actor) return 'takes back what is somebody else’s';
    option.standing = false;
    return null;
  };

  #add(
    entry: ArchivedEntry,
    proposed: Proposed,
    payload: Payload,
    what: Pick<Option, 'patch' | 'memberId'>,
  ): string | null {
    const key = text(payload, 'key');
    if (key !== optionKey(proposed.options.size + 1)) return 'numbers its option out of turn';
    proposed.options.set(key, {
      key,
      author: entry.actor,
      title: text(payload, 'title'),
      standing: true,
      ...what,
    });
    return null;
  }

  #fits(proposed: Proposed, patch: Json): boolean {
    const written = this.#inForce.document(proposed.against);
    return written !== null && patchForKind(proposed.kind, written, patch as unknown as PolicyPatch).ok;
  }
}

/** The options that stand when the vote opens: candidates who may no longer vote are passed over. */
export function standingOptions(proposed: Proposed, eligible: readonly string[]): Option[] {
  return [...proposed.options.values()].filter(
    ({ standing, memberId }) => standing && (memberId === null || eligible.includes(memberId)),
  );
}

/** What stands for vote, as the opening must list it. */
export function listedOptions(proposed: Proposed, standing: readonly Option[]): Json[] {
  const own: Json[] = changesPolicy(proposed.kind)
    ? [
        { key: statusQuo, title: statusQuoTitle },
        { key: original, title: proposed.title, patch: proposed.patch },
      ]
    : [];
  return [
    ...own,
    ...standing.map(
      ({ key, title, patch, memberId }): Json => ({
        key,
        ...(memberId === null ? { title } : { memberId }),
        ...(patch !== null && { patch }),
      }),
    ),
  ];
}

/** The patch behind a key that a vote could choose; null for leaving things as they are, and where there is none. */
export function patchOf(proposed: Proposed, key: string): PolicyPatch | null {
  const patch = key === original ? proposed.patch : (proposed.options.get(key)?.patch ?? null);
  return patch as unknown as PolicyPatch | null;
}

function termsOf(payload: Payload): Terms {
  return (payload.terms ?? {}) as unknown as Terms;
}

function sameText(a: unknown, b: unknown): boolean {
  return sameJson(a ?? null, b ?? null);
}
