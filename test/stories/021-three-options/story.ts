import { verifyArchive } from '@uncaged/verify';
import { type Deciding, gather, HOUR, ranking } from '../../support/deciding.ts';
import type { Stage } from '../../support/stage.ts';
import { textTable } from '../../support/table.ts';
import type { Story } from '../story.ts';
import { ballots, changes, duels, offline, rounds } from '../voting.tables.ts';

const names = ['heron', 'nacht', 'iris', 'ko', 'salt', 'mica', 'wren', 'lark'] as const;
type Name = (typeof names)[number];
type Reeds = Deciding<Name>;

const steps = (value: number) => [{ op: 'replace', path: '/studio/steps/usual', value }];

/** More than yes and no: three options at once, two changes of one line, seats for which five stand. */
export const story: Story = {
  number: '021',
  title: 'Three options, and who carries them',
  async tell(stage) {
    const reeds = await gather(stage, 'Reed Bed', names);
    const first = await threeOptions(stage, reeds);
    const second = await clash(stage, reeds);
    const third = await election(stage, reeds);
    await stage.sealed();
    const archive = await reeds.members.heron.bytes('/api/book/export');
    const found = offline(await verifyArchive(archive));
    return { archive, tables: [...first, ...second, ...third, found] };
  },
};

/** How long should a clip think? iris says 20 steps; ko and nacht put other figures beside it. */
async function threeOptions(stage: Stage, reeds: Reeds): Promise<string[]> {
  const { members } = reeds;
  const id = await reeds.propose('iris', 'feature', steps(20), {
    title: 'Fewer steps a clip',
    body: 'Twice as many clips for the same machine.',
  });
  await members.iris.post(`/api/proposals/${id}/open`);
  const amend = (who: Name, title: string, value: number) =>
    members[who].post(`/api/proposals/${id}/options`, { title, body: '', patch: steps(value) });
  await amend('ko', 'A few fewer', 26);
  await amend('nacht', 'Many more', 45);
  const asked = await reeds.page(id);
  await stage.pass(asked.rule.discussionHours * HOUR);
  // Each of the three beats another: a circle, which the strongest paths resolve.
  for (const who of ['heron', 'iris', 'wren'] as const)
    await reeds.vote(who, id, ranking('original', 'o1', 'o2', 'status_quo'));
  for (const who of ['ko', 'salt'] as const)
    await reeds.vote(who, id, ranking('o1', 'o2', 'original', 'status_quo'));
  for (const who of ['nacht', 'mica'] as const)
    await reeds.vote(who, id, ranking('o2', 'original', 'o1', 'status_quo'));
  await reeds.vote('lark', id, { vote: { abstain: true } });
  const decided = await reeds.close(id);
  const options = textTable(
    'What could be chosen',
    ['', 'steps', 'by'],
    [
      ['status_quo', 30, 'as it is'],
      ['original', 20, asked.author?.pseudonym],
      ...asked.options.map((option) => [option.key, option.diff[0]?.after, option.author.pseudonym]),
    ],
  );
  const won = [
    `Won: ${decided.winners.map(({ title }) => title).join(', ')}. In force as policy ${decided.enactedVersion}.`,
    `If two had been equal (${decided.rule.options?.tie.replaceAll('_', ' ')}): the one put forward earlier, and leaving it as it is before all.`,
    '',
  ].join('\n');
  return [options, ballots(decided), duels(decided), won];
}

/** Two changes of the same line pass within a day; neither is dropped, and neither simply wins. */
async function clash(stage: Stage, reeds: Reeds): Promise<string[]> {
  const against = await reeds.hash();
  const prompt = (value: number) => [{ op: 'replace', path: '/studio/promptMaxCharacters', value }];
  const first = await reeds.propose('salt', 'feature', prompt(500), { title: 'Short prompts', against });
  const second = await reeds.propose('wren', 'feature', prompt(5000), { title: 'Room for a poem', against });
  await reeds.members.wren.post(`/api/proposals/${second}/open`);
  await reeds.open('salt', first);
  for (const id of [first, second]) for (const who of names) await reeds.vote(who, id, { choice: 'yes' });
  await reeds.close(first);
  const both = [await reeds.page(first), await reeds.page(second)];
  const again = both[1]?.rebasedBy?.id ?? '';
  const { rule } = await reeds.page(again);
  await stage.pass(rule.discussionHours * HOUR);
  for (const who of ['heron', 'nacht', 'iris', 'wren', 'mica', 'lark'] as const)
    await reeds.vote(who, again, { choice: 'yes' });
  for (const who of ['ko', 'salt'] as const) await reeds.vote(who, again, { choice: 'no' });
  const settled = await reeds.close(again);
  return [
    textTable(
      'Two passed changes of one line',
      ['proposal', 'state', 'clashes at'],
      both.map(({ title, state, clashes }) => [title, state, clashes.join(', ')]),
    ),
    changes(settled),
    ballots(settled),
    `Settled by a vote of its own. Prompts may have ${await promptLength(reeds)} characters, by policy ${settled.enactedVersion}.\n`,
  ];
}

async function promptLength(reeds: Reeds): Promise<number> {
  type InForce = { document: { studio: { promptMaxCharacters: number } } };
  return (await reeds.members.lark.get<InForce>('/api/policy')).document.studio.promptMaxCharacters;
}

/** Two stewards, five who stand; salt hands their voice to ko. */
async function election(stage: Stage, reeds: Reeds): Promise<string[]> {
  const { members, ids } = reeds;
  await members.salt.post('/api/delegations', { topic: 'election', to: ids.ko });
  const id = await reeds.propose('iris', 'election', [], {
    title: 'Two who do the chores',
    terms: { role: 'steward', seats: 2 },
  });
  await members.iris.post(`/api/proposals/${id}/open`);
  for (const who of ['heron', 'nacht', 'ko', 'mica', 'wren'] as const)
    await members[who].post(`/api/proposals/${id}/candidacies`, { statement: 'I would.' });
  const { rule } = await reeds.page(id);
  await stage.pass(rule.discussionHours * HOUR);
  const [heron, nacht, ko, mica, wren] = ['o1', 'o2', 'o3', 'o4', 'o5'] as const;
  await reeds.vote('heron', id, ranking(heron, wren));
  await reeds.vote('nacht', id, ranking(ko, nacht));
  await reeds.vote('iris', id, ranking(ko, wren, heron));
  await reeds.vote('ko', id, ranking(ko, mica));
  await reeds.vote('mica', id, ranking(mica, wren));
  await reeds.vote('wren', id, ranking(wren, heron));
  const roles = async () => {
    type Members = { members: { pseudonym: string; roles: string[] }[] };
    const { members: all } = await members.iris.get<Members>('/api/members');
    return new Map(all.map(({ pseudonym, roles }) => [pseudonym, roles.join(', ')]));
  };
  const before = await roles();
  const counted = await reeds.close(id);
  const after = await roles();
  const rows = names.map((name) => [name, before.get(name), after.get(name)]);
  return [
    ballots(counted),
    rounds(counted),
    textTable('Who had which role, and who has which', ['who', 'before', 'since'], rows),
  ];
}
