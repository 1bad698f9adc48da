/** Lies that whoever holds the key could sign: about votes among options, trials, measures, appeals. */
import type { Json } from '@uncaged/book/rules';
import { verifyArchive } from '@uncaged/verify';
import { beforeAll, expect, test } from 'vitest';
import { type Bendable, bentArchive } from '../packages/verify/src/testing.ts';
import { story as safeguard } from './stories/020-safeguard/story.ts';
import { story as options } from './stories/021-three-options/story.ts';
import { gather, namesRefused } from './support/deciding.ts';
import { raise } from './support/stage.ts';

const HOUR = 3_600_000;
const books = {} as Record<'safeguard' | 'options' | 'measure', Uint8Array>;
beforeAll(async () => {
  for (const [name, story] of Object.entries({ safeguard, options })) {
    await using stage = await raise();
    books[name as keyof typeof books] = (await story.tell(stage, 'short')).archive;
  }
  books.measure = await measured();
}, 600_000);

/** heron and ko stop a harm at once; a day later it ends by itself. */
async function measured(): Promise<Uint8Array> {
  await using stage = await raise();
  const reeds = await gather(stage, 'Reed Bed', ['heron', 'ko', 'iris']);
  // Two stewards can sign: an election gives ko the role beside heron.
  const id = await reeds.propose('iris', 'election', [], { terms: { role: 'steward', seats: 2 } });
  await reeds.members.iris.post(`/api/proposals/${id}/open`);
  for (const who of ['heron', 'ko'] as const)
    await reeds.members[who].post(`/api/proposals/${id}/candidacies`, { statement: '' });
  await stage.pass((await reeds.page(id)).rule.discussionHours * HOUR);
  for (const who of ['heron', 'ko', 'iris'] as const)
    await reeds.vote(who, id, { vote: { ranking: [['o1'], ['o2']] } });
  await reeds.close(id);
  const patch = [{ op: 'add', path: '/safeguards/now', value: namesRefused(['Linnet'], 'Stop.') }];
  const asked = { title: 'Stop', body: 'Now.', patch, against: await reeds.hash(), hours: 24 };
  const made = await reeds.members.heron.post<{ emergency: { id: string } }>('/api/emergencies', asked);
  await reeds.members.ko.post(`/api/emergencies/${made.emergency.id}/sign`);
  await stage.pass(24 * HOUR);
  await stage.sealed();
  return await reeds.members.heron.bytes('/api/book/export');
}

type Fields = { [key: string]: Json };
/** The nth entry of a kind, counted from the end where it is below zero. */
function entryOf(entries: Bendable[], kind: string, nth = 0): Bendable {
  const found = entries.filter((entry) => entry.kind === kind).at(nth);
  if (!found) throw new Error(`no ${kind}`);
  return found;
}
/** A lie in one payload. */
const in_ =
  (kind: string, nth: number, bend: (payload: Fields) => void) =>
  (entries: Bendable[]): Bendable => {
    const entry = entryOf(entries, kind, nth);
    bend(entry.opening?.payload as Fields);
    return entry;
  };
const rows = (payload: Fields, field: string) => payload[field] as Fields[];

type Lie = [string, keyof typeof books, string, RegExp, (entries: Bendable[]) => Bendable];
const lies: Lie[] = [
  [
    'a changed ballot',
    'options',
    'broken_vote',
    /counts another choice/,
    in_('proposal.closed', 0, (payload) => {
      const [ballot] = rows(payload, 'ballots');
      if (ballot) ballot.vote = { ranking: [['o2'], ['o1']] };
    }),
  ],
  [
    'a dropped ballot',
    'options',
    'broken_vote',
    /leaves out the ballot/,
    in_('proposal.closed', 0, (payload) => rows(payload, 'ballots').pop()),
  ],
  [
    'an added ballot',
    'options',
    'broken_vote',
    /counts a ballot twice/,
    in_('proposal.closed', 0, (payload) => rows(payload, 'ballots').push(rows(payload, 'ballots')[0] ?? {})),
  ],
  [
    'a ballot of one who did not vote',
    'options',
    'broken_vote',
    /not the last of/,
    in_('proposal.closed', -1, (payload) => {
      const [ballot] = rows(payload, 'ballots');
      rows(payload, 'ballots').push({ ...ballot, memberId: 'nobody' });
    }),
  ],
  [
    'a ballot that never was in the book',
    'options',
    'broken_vote',
    /not the last of/,
    (entries) => {
      const place = entries.findIndex(({ kind }) => kind === 'ballot.cast');
      entries.splice(place, 1);
      return entryOf(entries, 'proposal.closed');
    },
  ],
  [
    'another winner',
    'options',
    'broken_vote',
    /another winner/,
    in_('proposal.closed', 0, (payload) => {
      payload[payload.winner === undefined ? 'winners' : 'winner'] =
        payload.winner === undefined ? ['o1'] : 'o1';
    }),
  ],
  [
    'a duel counted otherwise',
    'options',
    'broken_vote',
    /counts again to/,
    in_('proposal.closed', 0, (payload) => {
      const { detail } = payload.tally as { detail: { pairwise: number[][] } };
      (detail.pairwise[1] as number[])[2] = 7;
    }),
  ],
  [
    'another option on the ballot than was put forward',
    'options',
    'broken_vote',
    /other options than those that stand/,
    in_('proposal.opened', 0, (payload) => rows(payload, 'options').pop()),
  ],
  [
    'a quota that suits somebody',
    'options',
    'broken_vote',
    /counts again to/,
    in_('proposal.closed', -1, (payload) => {
      (payload.tally as { detail: Fields }).detail.quota = '2';
    }),
  ],
  [
    'a voice given to somebody else',
    'options',
    'broken_vote',
    /another delegation than/,
    in_('proposal.closed', -1, (payload) => {
      const [delegation] = rows(payload, 'delegations');
      const other = rows(payload, 'ballots').find(({ memberId }) => memberId !== delegation?.to);
      if (delegation) delegation.to = other?.memberId ?? '';
    }),
  ],
  [
    'the loser of a vote in force',
    'options',
    'broken_policy',
    /./,
    in_('policy.enacted', 1, (payload) => {
      const { studio } = payload.document as { studio: { steps: Fields } };
      studio.steps.usual = 45;
    }),
  ],
  [
    'a role for somebody who was not elected',
    'options',
    'broken_vote',
    /no election says so/,
    (entries) => {
      const granted = entryOf(entries, 'role.granted', -1);
      Object.assign(granted, { subject: entryOf(entries, 'member.joined', -1).subject });
      return granted;
    },
  ],
  [
    'a role that no vote gave',
    'options',
    'broken_vote',
    /no election says so/,
    (entries) => {
      const granted = entryOf(entries, 'role.granted', -1);
      granted.opening = { payload: { role: 'steward' }, salt: granted.commitment };
      return granted;
    },
  ],
  [
    'a trial on more jobs than was voted',
    'safeguard',
    'broken_policy',
    /./,
    in_('policy.canary', 0, (payload) => {
      payload.percent = 90;
    }),
  ],
  [
    'an appeal against what was never refused',
    'safeguard',
    'broken_appeal',
    /a refusal that the book does not hold/,
    in_('appeal.opened', 0, (payload) => {
      payload.refused = 'generation:0';
    }),
  ],
  [
    'a panel by a root that suits',
    'safeguard',
    'broken_appeal',
    /first checkpoint over the appeal/,
    in_('appeal.drawn', 0, (payload) => {
      payload.seed = 'f'.repeat(64);
    }),
  ],
  [
    'a panel among friends',
    'safeguard',
    'broken_appeal',
    /among others than those who may vote/,
    in_('appeal.drawn', 0, (payload) => (payload.candidates as string[]).pop()),
  ],
  [
    'another panel than was drawn',
    'safeguard',
    'broken_appeal',
    /draws another panel/,
    in_('appeal.drawn', 0, (payload) => {
      const candidates = payload.candidates as string[];
      const panel = payload.panel as string[];
      payload.panel = [...panel.slice(1), candidates.find((id) => !panel.includes(id)) ?? ''];
    }),
  ],
  [
    'a judgement turned round',
    'safeguard',
    'broken_appeal',
    /another judgement than/,
    in_('appeal.decided', 0, (payload) => {
      const [judgement] = rows(payload, 'judgements');
      if (judgement) judgement.overturn = false;
    }),
  ],
  [
    'a judgement left out',
    'safeguard',
    'broken_appeal',
    /leaves out the judgement/,
    in_('appeal.decided', 0, (payload) => rows(payload, 'judgements').pop()),
  ],
  [
    'another verdict',
    'safeguard',
    'broken_appeal',
    /its panel says overturned/,
    in_('appeal.decided', 0, (payload) => {
      payload.verdict = 'upheld';
    }),
  ],
  [
    'a measure of one hand alone',
    'measure',
    'broken_policy',
    /./,
    (entries) => {
      const signed = entryOf(entries, 'emergency.signed', -1);
      entries.splice(entries.indexOf(signed), 1);
      return entryOf(entries, 'policy.enacted', 1);
    },
  ],
  [
    'a measure for longer than the rules allow',
    'measure',
    'broken_policy',
    /for longer than an emergency may/,
    in_('emergency.opened', 0, (payload) => {
      payload.hours = 1000;
    }),
  ],
  [
    'a measure on votes',
    'measure',
    'broken_policy',
    /what an emergency may not change/,
    in_('emergency.opened', 0, (payload) => {
      payload.patch = [{ op: 'replace', path: '/voting/draftDays', value: 1 }];
    }),
  ],
];

test.each(lies)('%s is found', async (_, book, code, message, lie) => {
  let at = '';
  const archive = await bentArchive(books[book], (entries) => {
    at = lie(entries).id;
  });
  const verdict = await verifyArchive(archive);
  expect(verdict).toMatchObject({ ok: false, code, message: expect.stringMatching(message), entry: at });
});

test.each(['safeguard', 'options', 'measure'] as const)(
  'the book %s, signed anew as it was, is confirmed',
  async (book) => {
    expect(await verifyArchive(await bentArchive(books[book], () => {}))).toMatchObject({ ok: true });
  },
);
