import type { ProposalDetail } from '@uncaged/contract';
import type { Stage } from './stage.ts';
import type { Visitor } from './visitor.ts';

export const HOUR = 3_600_000;
export const password = 'a reed by the water';

/** What `POST /api/proposals/:id/ballots` takes. */
export type CastBallot = { choice: 'yes' | 'no' | 'abstain' } | { vote: object };

/** A founded collective whose members decide: the steps every vote goes through, each one call. */
export interface Deciding<Name extends string> {
  members: Record<Name, Visitor>;
  ids: Record<Name, string>;
  /** Of the policy in force. */
  hash(): Promise<string>;
  page(id: string): Promise<ProposalDetail>;
  propose(by: Name, kind: string, patch: object[], more?: object): Promise<string>;
  /** Puts a proposal forward, and lets its discussion pass. */
  open(by: Name, id: string): Promise<ProposalDetail>;
  vote(who: Name, id: string, ballot: CastBallot): Promise<void>;
  /** Lets the vote end, and the delay after it. */
  close(id: string, delay?: boolean): Promise<ProposalDetail>;
  /** A change that everybody says yes to, in force or on trial. */
  pass(by: Name, kind: string, patch: object[], terms?: object): Promise<ProposalDetail>;
}

/** The first of `names` founds; the others come in by invitation. */
export async function gather<Name extends string>(
  stage: Stage,
  collective: string,
  names: readonly [Name, ...Name[]],
): Promise<Deciding<Name>> {
  const [first, ...others] = names;
  const founder = stage.visitor();
  await founder.post('/api/collective', {
    name: collective,
    currency: 'EUR',
    founder: { pseudonym: first, password },
  });
  const members = { [first]: founder } as Record<Name, Visitor>;
  for (const pseudonym of others) {
    const { code } = await founder.post<{ code: string }>('/api/invitations', {});
    members[pseudonym] = stage.visitor();
    await members[pseudonym].post('/api/members', { code, pseudonym, password });
  }
  const { members: all } = await founder.get<{ members: { id: string; pseudonym: Name }[] }>('/api/members');
  const ids = Object.fromEntries(all.map(({ id, pseudonym }) => [pseudonym, id])) as Record<Name, string>;

  const hash = async () => (await founder.get<{ hash: string }>('/api/policy')).hash;
  const page = async (id: string) =>
    (await founder.get<{ proposal: ProposalDetail }>(`/api/proposals/${id}`)).proposal;
  const propose: Deciding<Name>['propose'] = async (by, kind, patch, more = {}) => {
    const words = { kind, title: `A change by ${by}`, body: '', patch, against: await hash(), ...more };
    const made = await members[by].post<{ proposal: { id: string } }>('/api/proposals', words);
    return made.proposal.id;
  };
  const open: Deciding<Name>['open'] = async (by, id) => {
    await members[by].post(`/api/proposals/${id}/open`);
    const { rule } = await page(id);
    await stage.pass(rule.discussionHours * HOUR);
    return page(id);
  };
  const vote: Deciding<Name>['vote'] = async (who, id, ballot) => {
    await members[who].post(`/api/proposals/${id}/ballots`, ballot);
  };
  const close: Deciding<Name>['close'] = async (id, delay = true) => {
    const { rule } = await page(id);
    await stage.pass(rule.votingHours * HOUR);
    if (delay) await stage.pass(rule.delayHours * HOUR);
    return page(id);
  };
  const pass: Deciding<Name>['pass'] = async (by, kind, patch, terms = {}) => {
    const id = await propose(by, kind, patch, { terms });
    await open(by, id);
    for (const who of names) await vote(who, id, { choice: 'yes' });
    return close(id);
  };
  return { members, ids, hash, page, propose, open, vote, close, pass };
}

export const ranking = (...places: (string | string[])[]): CastBallot => ({
  vote: { ranking: places.map((place) => (typeof place === 'string' ? [place] : place)) },
});

/** A rule against prompts that name somebody. */
export const namesRefused = (names: string[], text: string) => ({
  kind: 'named_living_artist',
  names,
  unlessConsent: 'style_name_prompting',
  action: 'refuse',
  text,
});
