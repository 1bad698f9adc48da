import type { Call, Contribution, EarlierResponse, PaidResponse, StatementResponse } from '@uncaged/contract';
import { bytesReader, royaltyIn, royaltyInWords, statementIn, verifyArchive } from '@uncaged/verify';
import type { Stage } from '../../support/stage.ts';
import { money, textTable } from '../../support/table.ts';
import type { Visitor } from '../../support/visitor.ts';
import type { Story } from '../story.ts';
import { answerOf, fateOf, type Piece, pieceOf } from './month.ts';

const DAY = 86_400_000;
const password = 'a reed by the water';

/** 300 members, a month of ten calls, 5,000 pieces of work; told in short, one call of them. */
const members = 300;
const calls = { full: 10, short: 1 };
const perCall = 500;

/** What happens to a piece is written in month.ts; who is drawn to judge it, the book decides anew each time. */
export const story: Story = {
  number: '030',
  title: 'Three hundred',
  async tell(stage, length) {
    const house = await gather(stage);
    const clips = await makeClips(stage, house);
    const model = (await house.steward.get<{ models: { id: string }[] }>('/api/models')).models[0]?.id ?? '';
    for (let at = 0; at < calls[length]; at++) await aCall(stage, house, at, model);
    await stage.sealed();
    return end(stage, house, clips);
  },
};

interface House {
  steward: Visitor;
  people: { id: string; visitor: Visitor }[];
}

async function gather(stage: Stage): Promise<House> {
  const steward = stage.visitor();
  await steward.post('/api/collective', {
    name: 'The Wide Table',
    currency: 'EUR',
    founder: { pseudonym: 'heron', password },
    deposit: { amount: '50000000', source: 'grant' },
  });
  const { token } = await steward.post<{ token: string }>('/api/workers', { name: 'the one in the hall' });
  stage.hire(token);
  const people: House['people'] = [];
  for (let n = 1; n <= members; n++) {
    const { code } = await steward.post<{ code: string }>('/api/invitations', {});
    const visitor = stage.visitor();
    const pseudonym = `reed-${String(n).padStart(3, '0')}`;
    const { member } = await visitor.post<{ member: { id: string } }>('/api/members', {
      code,
      pseudonym,
      password,
    });
    people.push({ id: member.id, visitor });
  }
  return { steward, people };
}

async function makeClips(stage: Stage, { people }: House): Promise<string[]> {
  const clips: string[] = [];
  for (const { visitor } of people.slice(0, 3)) {
    const wish = { prompt: 'a red house', seed: '7', steps: 4 };
    const { generation } = await visitor.post<{ generation: { id: string } }>('/api/generations', wish);
    await stage.until(async () => {
      const now = await visitor.get<{ generation: { state: string } }>(`/api/generations/${generation.id}`);
      return now.generation.state === 'done';
    });
    await visitor.post(`/api/generations/${generation.id}/publish`, { caption: 'red house' });
    clips.push(generation.id);
  }
  return clips;
}

/** One call of the month: five hundred pieces in three days, answered for a week, appealed against, closed by the machine. */
async function aCall(stage: Stage, house: House, at: number, modelId: string): Promise<void> {
  const { call } = await house.steward.post<{ call: Call }>('/api/calls', {
    title: `Call ${at + 1}`,
    brief: 'Bend it, break it, say what you see.',
    rates: [
      { kind: 'bug', amount: '3000' },
      { kind: 'critique', amount: '2500' },
      { kind: 'red-team', amount: '4000' },
      { kind: 'feedback-session', amount: '3000' },
      { kind: 'recaptioning', amount: '20000' },
    ],
    budget: '4500000',
    currency: 'EUR',
    deadline: new Date(stage.clock.now().getTime() + 3 * DAY).toISOString(),
  });
  const pieces = Array.from({ length: perCall }, (_, n) => pieceOf(at * perCall + n, members));
  for (const piece of pieces) {
    stage.clock.advance(1000);
    const author = house.people[piece.author];
    const { author: _author, n, ...words } = piece;
    const about = piece.units === undefined && piece.minutes === undefined ? { modelId } : {};
    await author?.visitor.post('/api/contributions', { callId: call.id, ...words, ...about }, `piece-${n}`);
  }
  await stage.sealed();
  await stage.pass(0);
  await answer(house);
  await appeal(house, pieces);
  await stage.sealed();
  await stage.pass(0);
  await answer(house);
  // Silence accepts after a week; then the time is over in which a rejection can be appealed against, too.
  await stage.pass(8 * DAY);
}

const numberIn = (piece: Contribution) => Number(/#(\d+)/.exec(piece.text ?? '')?.[1] ?? -1);

/** Everybody goes through their desk once, and answers as month.ts says of the piece, whoever they are. */
async function answer({ people }: House): Promise<void> {
  for (const { visitor } of people) {
    const { waiting } = await visitor.get<{ waiting: Contribution[] }>('/api/reviews');
    for (const piece of waiting) {
      const onPanel = piece.appeal?.mayJudge === true;
      const said = answerOf(numberIn(piece), onPanel, onPanel ? (piece.appeal?.answers ?? 0) : piece.answers);
      if (!said) continue;
      const path = `/api/contributions/${piece.id}/${onPanel ? 'judgements' : 'reviews'}`;
      const duplicateOf = said.later ? await earlier(visitor, piece) : undefined;
      await visitor.post(path, { ...said.answer, ...(duplicateOf ? { duplicateOf } : {}) });
    }
  }
}

/** The piece before it, in which somebody else found the same. */
async function earlier(visitor: Visitor, piece: Contribution): Promise<string | undefined> {
  const found = await visitor.get<EarlierResponse>(`/api/contributions/${piece.id}/earlier`);
  return found.earlier.find(({ text }) => text?.includes(`#${numberIn(piece) - 1} `))?.id;
}

async function appeal({ people }: House, pieces: readonly Piece[]): Promise<void> {
  for (const { n, author } of pieces.filter((piece) => fateOf(piece.n).appealed)) {
    const visitor = people[author]?.visitor;
    const own = await visitor?.get<{ contributions: Contribution[] }>('/api/contributions?mine=true');
    const piece = own?.contributions.find((one) => numberIn(one) === n);
    await visitor?.post(`/api/contributions/${piece?.id}/appeal`, {
      reason: 'Please look again, with sound off.',
    });
  }
}

async function end(stage: Stage, { steward, people }: House, clips: readonly string[]) {
  const { calls: all } = await steward.get<{ calls: Call[] }>('/api/calls');
  const paid = await steward.get<PaidResponse>('/api/paid');
  const archive = await steward.bytes('/api/book/export');
  const verdict = await verifyArchive(archive);
  if (!verdict.ok) throw new Error(`the archive does not hold: ${verdict.message}`);
  const source = bytesReader(archive);
  let recomputed = 0;
  for (const { id, visitor } of people.filter((_, n) => n % 30 === 0)) {
    const told = await visitor.get<StatementResponse>('/api/me/statement');
    const own = await statementIn(source, id);
    const same =
      told.lines.length === own.lines.length &&
      told.lines.every(
        (line, n) => line.entryId === own.lines[n]?.entryId && line.balance === String(own.lines[n]?.balance),
      );
    if (!same) throw new Error(`the statement of ${id} is another in the archive`);
    recomputed += 1;
  }
  const royalty = await royaltyIn(source, clips[0] ?? '', 1n);
  if (!royalty || !royaltyInWords(royalty).includes('paid 0.02 EUR'))
    throw new Error('the royalty of the first clip cannot be recomputed');
  const sum = (prefix: string) =>
    verdict.figures.balances
      .filter(({ account }) => account.startsWith(prefix))
      .reduce((total, { balance }) => total + balance, 0n);
  const kinds = new Map(verdict.figures.kinds.map(({ kind, count }) => [kind, count]));
  const tables = [
    textTable(
      'Calls',
      ['call', 'state', 'accepted', 'by silence', 'rejected', 'escrowed', 'paid', 'given back'],
      all
        .toSorted((a, b) => a.openedAt.localeCompare(b.openedAt))
        .map(({ title, state, submissions, budget }) => [
          ...[title, state, submissions.accepted, submissions.bySilence, submissions.rejected],
          ...[budget.escrowed, budget.paid, budget.returned].map((amount) => money(amount)),
        ]),
    ),
    textTable(
      'What was paid',
      ['for', 'pieces', 'middle', 'total, EUR'],
      paid.paid.map(({ kind, pieces, median, total }) => [
        ...[kind, pieces, median === null ? '' : money(median), money(total)],
      ]),
    ),
    textTable(
      'The balance sheet',
      ['account', 'EUR'],
      [
        ['came in from outside', money(sum('world:'))],
        ['fund:main', money(sum('fund:'))],
        ['still in escrow', money(sum('escrow:'))],
        ['with members', money(sum('member:'))],
        ['owed to works, in pools', money(sum('pool:'))],
        ['all together', money(sum(''))],
      ],
    ),
    textTable(
      'The book',
      ['entries of', 'count'],
      [
        'contribution.submitted',
        'contribution.assigned',
        'contribution.reviewed',
        'contribution.accepted',
        'contribution.rejected',
        'contribution.appealed',
        'contribution.judged',
        'contribution.appeal-rejected',
        'royalty.accrued',
        'call.closed',
      ].map((kind) => [kind, kinds.get(kind) ?? 0]),
    ),
    `${recomputed} statements recomputed from the archive alone, equal to the cent.\n`,
  ];
  await stage.check();
  return { tables, archive };
}
