import { passwordOf } from '../stories/001-seat-at-the-table/story.ts';
import type { Stage } from '../support/stage.ts';
import type { Visitor } from '../support/visitor.ts';

/** One address of the portal, as a visitor and as a member meet it. */
export interface Place {
  name: string;
  path: string;
  /** What its one heading of the first rank says, and what it says to a visitor when that is something else. */
  heading: RegExp;
  toVisitors?: RegExp;
  /** What a member comes here to do: the keyboard must get there. */
  action?: RegExp;
  /** Who walks it as a member; nacht, who made the clip, where nothing is said. */
  member?: 'heron' | 'iris';
  /** 404 where nothing stands. */
  status?: number;
}

/** What visitors meet where only members may go. */
export const door = /^Come in\.$/;

/** Adds what a living collective has and a finished story lacks: a report to answer, a draft, an open vote, a seat. */
export async function liven(stage: Stage): Promise<Place[]> {
  const [heron, nacht, iris] = await Promise.all(
    ['heron', 'nacht', 'iris'].map((name) => logIn(stage, name)),
  );
  if (!heron || !nacht || !iris) throw new Error('the story has lost its people');
  const { generations } = await nacht.get<{ generations: { id: string }[] }>('/api/generations?mine=1');
  const { calls } = await nacht.get<{ calls: { id: string }[] }>('/api/calls');
  const { works } = await iris.get<{ works: { id: string }[] }>('/api/works');
  const { models } = await iris.get<{ models: { id: string }[] }>('/api/models');
  const { proposals } = await iris.get<{ proposals: { id: string }[] }>('/api/proposals');
  const clip = firstId(generations);
  const call = firstId(calls);
  const { contribution } = await nacht.post<{ contribution: { id: string } }>('/api/contributions', {
    callId: call,
    generationId: clip,
    kind: 'bug',
    text: 'The door is there on seed 7 and gone on seed 8. Same words, same steps.',
    atMs: 400,
    seedKept: true,
  });
  const draft = await propose(iris, 'Shall we show our clips in the foyer?', false);
  const voting = await propose(heron, 'Shall the machine rest on Sundays?', true);
  const { code } = await heron.post<{ code: string }>('/api/invitations', {});
  await stage.sealed();
  // Who looks at the report is drawn by that checkpoint.
  await stage.pass(0);
  const { entries } = await iris.get<{ entries: { id: string }[] }>('/api/book/entries?kind=fund.deposited');
  return places({
    clip,
    call,
    work: firstId(works),
    model: firstId(models),
    enacted: firstId(proposals),
    draft,
    voting,
    code,
    report: contribution.id,
    entry: firstId(entries),
  });
}

async function logIn(stage: Stage, pseudonym: string): Promise<Visitor> {
  const member = stage.visitor();
  await member.post('/api/sessions', { pseudonym, password: passwordOf(pseudonym) });
  return member;
}

function firstId(list: { id: string }[]): string {
  const id = list[0]?.id;
  if (id === undefined) throw new Error('the story left nothing to look at');
  return id;
}

async function propose(author: Visitor, title: string, open: boolean): Promise<string> {
  const { hash } = await author.get<{ hash: string }>('/api/policy');
  const { proposal } = await author.post<{ proposal: { id: string } }>('/api/proposals', {
    kind: 'open',
    title,
    body: 'Said at the table on Thursday; nobody was against it, nobody was asked.',
    patch: [],
    against: hash,
  });
  if (open) await author.post(`/api/proposals/${proposal.id}/open`, {});
  return proposal.id;
}

type Ids = Record<
  'clip' | 'call' | 'work' | 'model' | 'enacted' | 'draft' | 'voting' | 'code' | 'report' | 'entry',
  string
>;

function places(ids: Ids): Place[] {
  return [
    { name: 'start', path: '/', heading: /A machine that answers/, action: /Make a clip/ },
    { name: 'make', path: '/make', heading: /Make/, action: /Make a clip/ },
    {
      name: 'clip',
      path: `/clips/${ids.clip}`,
      heading: /red house, no door/,
      action: /Log it|Take it down/,
    },
    {
      name: 'work',
      path: '/work',
      heading: /Nobody tests here/,
      action: /wait.* for your answer/,
      member: 'iris',
    },
    { name: 'funds', path: '/work/funds', heading: /Where our money is/ },
    { name: 'call', path: `/work/${ids.call}`, heading: /What does commons-2 do to houses/ },
    {
      name: 'open-a-call',
      path: '/work/new',
      heading: /Ask for work/,
      toVisitors: door,
      action: /Set the budget aside/,
      member: 'heron',
    },
    {
      name: 'desk',
      path: '/work/desk',
      heading: /Review desk/,
      toVisitors: door,
      action: /^Accept/,
      member: 'iris',
    },
    { name: 'report', path: `/work/reports/${ids.report}`, heading: /./, action: /^Accept/, member: 'iris' },
    { name: 'decide', path: '/decide', heading: /./, action: /Propose/ },
    { name: 'proposal', path: `/decide/${ids.enacted}`, heading: /No prompt may name/ },
    { name: 'voting', path: `/decide/${ids.voting}`, heading: /rest on Sundays/, action: /^yes$/ },
    {
      name: 'draft',
      path: `/decide/${ids.draft}`,
      heading: /in the foyer/,
      action: /Put it to the vote/,
      member: 'iris',
    },
    {
      name: 'compose',
      path: '/decide/new',
      heading: /Say what should change/,
      toVisitors: door,
      action: /as a draft/,
    },
    { name: 'policy', path: '/policy', heading: /./ },
    { name: 'works', path: '/works', heading: /./, action: /Bring/ },
    {
      name: 'work-page',
      path: `/works/${ids.work}`,
      heading: /red house, one door/,
      action: /say yes/,
      member: 'iris',
    },
    {
      name: 'upload',
      path: '/works/new',
      heading: /Bring your own work/,
      toVisitors: door,
      action: /Bring it in/,
    },
    { name: 'hands', path: '/hand', heading: /My own hand/, toVisitors: door, action: /Teach a hand/ },
    {
      name: 'teach',
      path: '/hand/new',
      heading: /Teach a hand/,
      toVisitors: door,
      action: /Suggest captions/,
      member: 'iris',
    },
    { name: 'models', path: '/models', heading: /./ },
    { name: 'model', path: `/models/${ids.model}`, heading: /commons-2/ },
    { name: 'book', path: '/book', heading: /one book/, action: /Check ours, now/ },
    { name: 'entry', path: `/book/${ids.entry}`, heading: /fund deposited/ },
    { name: 'me', path: '/me', heading: /nacht/, toVisitors: door, action: /Go out here/ },
    { name: 'join', path: `/join/${ids.code}`, heading: /A seat is kept for you/, action: /Take the seat/ },
    { name: 'come', path: '/come', heading: /Make/, toVisitors: door },
    { name: 'lost', path: '/never-was', heading: /Nothing of ours is at this address/, status: 404 },
  ];
}
