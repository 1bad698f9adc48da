import type { Call, Contribution, PaidResponse, StatementResponse } from '@uncaged/contract';
import { gather } from '../../support/deciding.ts';
import { money, textTable } from '../../support/table.ts';
import type { Story } from '../story.ts';

const DAY = 86_400_000;
const reviewers = ['heron', 'tern', 'rail', 'coot'] as const;
const authors = [
  'linnet',
  'wren',
  'siskin',
  'dunlin',
  'ruff',
  'smew',
  'knot',
  'crake',
  'avocet',
  'stilt',
] as const;

const praise = 'It never asks why the house is red, and that is what I love: frame 9 melts and stays itself.';
const anger =
  'It never asks why the house is red. Frame 9 melts, nobody looked, and you call this a release?';

/** The same finding ten times, in praise and in anger: same pay, shown. */
export const story: Story = {
  number: '031',
  title: 'Criticism pays',
  async tell(stage) {
    const { members } = await gather(stage, 'The Loud Table', [...reviewers, ...authors]);
    const steward = members.heron;
    await steward.post('/api/funds/deposits', {
      fund: 'main',
      amount: '100000',
      currency: 'EUR',
      source: 'grant',
    });
    const { call } = await steward.post<{ call: Call }>('/api/calls', {
      title: 'Say what you think',
      brief: 'Look at frame 9.',
      rates: [{ kind: 'critique', amount: '2500' }],
      budget: '80000',
      currency: 'EUR',
      deadline: new Date(stage.clock.now().getTime() + 3 * DAY).toISOString(),
    });
    const model = (await steward.get<{ models: { id: string }[] }>('/api/models')).models[0]?.id;
    for (const [n, author] of authors.entries()) {
      const tone = n % 2 === 0 ? 'praise' : 'criticism';
      const text = tone === 'praise' ? praise : anger;
      const body = { callId: call.id, modelId: model, kind: 'critique', text, tone };
      await members[author].post('/api/contributions', body);
    }
    await stage.sealed();
    await stage.pass(0);
    // Who is drawn sees the words, and not what their author calls them; the last two pieces meet silence.
    for (const who of [...reviewers, ...authors]) {
      const { waiting } = await members[who].get<{ waiting: Contribution[] }>('/api/reviews');
      for (const piece of waiting) {
        if ('tone' in piece || piece.authorId !== null)
          throw new Error('a reviewer sees who wrote it, or in what mood');
        if (await isOf(members, piece.id, authors.slice(-2))) continue;
        await members[who].post(`/api/contributions/${piece.id}/reviews`, { verdict: 'accept' });
      }
    }
    await stage.pass(8 * DAY);
    const rows = [];
    for (const [n, author] of authors.entries()) {
      const mine = await members[author].get<{ contributions: Contribution[] }>(
        '/api/contributions?mine=true',
      );
      const statement = await members[author].get<StatementResponse>('/api/me/statement');
      const paid = statement.lines.find(({ kind }) => kind === 'contribution.accepted');
      const piece = mine.contributions[0];
      rows.push([author, n % 2 === 0 ? 'praise' : 'anger', piece?.decidedBy, money(paid?.amount ?? '0')]);
    }
    const report = await steward.get<PaidResponse>('/api/paid');
    await stage.sealed();
    return {
      tables: [
        textTable('The same finding', ['by', 'in', 'accepted by', 'paid, EUR'], rows),
        textTable(
          'By what its authors call it',
          ['called', 'accepted', 'rejected', 'middle pay, EUR'],
          report.byTone.map(({ tone, accepted, rejected, median }) => {
            return [tone, accepted, rejected, median === null ? '' : money(median)];
          }),
        ),
      ],
      archive: await steward.bytes('/api/book/export'),
    };
  },
};

/** Whether a piece is by one of these, as they themselves see it. */
async function isOf<Name extends string>(
  members: Record<Name, { get<Answer>(path: string): Promise<Answer> }>,
  id: string,
  names: readonly Name[],
): Promise<boolean> {
  for (const name of names) {
    const { contribution } = await members[name].get<{ contribution: Contribution }>(
      `/api/contributions/${id}`,
    );
    if (contribution.mine) return true;
  }
  return false;
}
