import { randomUUID } from 'node:crypto';
import type { Appeal, Comment, Enforcement, PolicyFollowingAnswer, RuleReceipt } from '@uncaged/contract';
import { verifyArchive } from '@uncaged/verify';
import { type Deciding, gather, HOUR, namesRefused } from '../../support/deciding.ts';
import type { Stage } from '../../support/stage.ts';
import { textTable } from '../../support/table.ts';
import type { Story } from '../story.ts';
import { ballots, changes } from '../voting.tables.ts';

const names = ['heron', 'nacht', 'iris', 'ko', 'salt', 'mica'] as const;
type Name = (typeof names)[number];
type Reeds = Deciding<Name>;

const clause = '/safeguards/living-artists';
const text = 'No prompt may name a living artist who has not said yes.';
const named = 'reeds at night, after Aster Vale';

/** A safeguard from its first words to an appeal: amended, voted, tried on some, in force, refused by, judged. */
export const story: Story = {
  number: '020',
  title: 'A safeguard, and being wrong about it',
  async tell(stage) {
    const reeds = await gather(stage, 'Reed Bed', names);
    const { id, thread, changed } = await written(reeds);
    const counted = await voted(stage, reeds, id);
    const trial = await tried(stage, reeds, id);
    const receipts = await enforced(reeds);
    const appeal = await judged(stage, reeds);
    await stage.sealed();
    const archive = await reeds.members.heron.bytes('/api/book/export');
    const verdict = await verifyArchive(archive);
    if (!verdict.ok) throw new Error(`the archive does not verify: ${JSON.stringify(verdict)}`);
    const vote = verdict.figures.votes.find(({ proposalId }) => proposalId === id);
    const offline = `What a stranger finds in the book alone\n${verdict.figures.policies.length} policies. ${vote?.title}: ${vote?.outcome}. ${vote?.words}\n`;
    return { archive, tables: [thread, changed, counted, trial, ...receipts, appeal, offline] };
  },
};

/** iris writes it; it is talked over, on the whole and on a line; ko puts better words, and iris takes them. */
async function written(reeds: Reeds): Promise<{ id: string; thread: string; changed: string }> {
  const { members } = reeds;
  const id = await reeds.propose(
    'iris',
    'safeguard',
    [{ op: 'add', path: clause, value: namesRefused(['Aster Vale'], text) }],
    {
      title: 'Ask the living first',
      body: 'She draws reeds for a living and nobody has asked her.',
      terms: {
        discussUntil: await later(reeds, 24),
        canary: { percent: 50, hours: 24, measure: 'failed_per_thousand', revertAbove: 200 },
      },
    },
  );
  await members.iris.post(`/api/proposals/${id}/open`);
  const say = async (who: Name, body: string, more: object = {}) =>
    (await members[who].post<{ commentId: string }>(`/api/proposals/${id}/comments`, { body, ...more }))
      .commentId;
  const asked = await say('salt', 'And if she says yes?', {});
  await say('iris', 'Then it is lifted for her name, by itself.', { parentId: asked });
  await say('ko', 'She signs as A. Vale too.', { clause });
  await members.ko.post(`/api/proposals/${id}/options`, {
    title: 'Both ways she signs',
    body: 'A rule one can walk around is none.',
    patch: [{ op: 'add', path: clause, value: namesRefused(['Aster Vale', 'A. Vale'], text) }],
  });
  await members.iris.post(`/api/proposals/${id}/options/o1/accept`);
  const { comments } = await members.nacht.get<{ comments: Comment[] }>(`/api/proposals/${id}/comments`);
  const thread = textTable(
    'What was said to it',
    ['who', 'about', 'words'],
    comments.map(({ member, clause: line, parentId, body }) => [
      member.pseudonym,
      parentId ? 'an answer' : (line ?? 'the whole'),
      body,
    ]),
  );
  const seen = await reeds.page(id);
  const [option] = seen.options;
  return { id, thread, changed: `${changes(seen)}ko’s amendment: ${option?.state} by its author\n` };
}

async function later(reeds: Reeds, hours: number): Promise<string> {
  const { at } = await reeds.members.heron.get<{ at: string }>('/api/policy');
  return new Date(Date.parse(at) + hours * HOUR).toISOString();
}

async function voted(stage: Stage, reeds: Reeds, id: string): Promise<string> {
  await stage.pass(24 * HOUR);
  for (const who of ['heron', 'iris', 'ko'] as const) await reeds.vote(who, id, { choice: 'yes' });
  await reeds.vote('salt', id, { choice: 'no' });
  await reeds.vote('nacht', id, { choice: 'abstain' });
  return ballots(await reeds.close(id));
}

/** Asks until the trial's half and the other have both been met; which clip is in which follows from its id. */
async function tried(stage: Stage, reeds: Reeds, id: string): Promise<string> {
  const met = new Map<string, string>();
  for (const who of [...names, ...names, ...names]) {
    const reply = await ask(reeds, who, named);
    met.set(
      reply.code === null ? 'in the other half' : 'in the trial’s half',
      reply.code ?? 'waits to be made',
    );
    if (met.size === 2) break;
  }
  const during = (await reeds.page(id)).state;
  await stage.pass(24 * HOUR);
  const after = await reeds.page(id);
  const { canaries } = await reeds.members.heron.get<PolicyFollowingAnswer>('/api/policy/following');
  const [trial] = canaries;
  return textTable(
    'On trial for half of all clips',
    ['', ''],
    [
      ...[...met].sort(),
      ['state during the trial', during],
      ['taken back if', `more than 200 of a thousand fail; ${trial?.measured?.failed} did`],
      ['state after it', `${after.state}, policy ${after.enactedVersion}`],
    ],
  );
}

interface Asked {
  code: string | null;
  generationId: string;
  enforcement: Enforcement | null;
}
async function ask(reeds: Reeds, who: Name, prompt: string): Promise<Asked> {
  type Made = { generation: { id: string } };
  const reply = await reeds.members[who].request<Made>('POST', '/api/generations', {
    body: { prompt },
    idempotencyKey: randomUUID(),
  });
  if (reply.ok) return { code: null, generationId: reply.answer.generation.id, enforcement: null };
  const { code, generationId, enforcement } = reply.problem as unknown as Asked;
  return { code, generationId, enforcement };
}

/** A refusal and an allowed clip, each with what the policy says and who decided it. */
async function enforced(reeds: Reeds): Promise<string[]> {
  const refused = await ask(reeds, 'mica', 'a heron, in the manner of A. Vale');
  const allowed = await ask(reeds, 'mica', 'a heron, in nobody’s manner');
  const { rules } = await reeds.members.mica.get<{ rules: RuleReceipt[] }>(
    `/api/generations/${allowed.generationId}`,
  );
  const [rule] = rules;
  const receipt = (one: RuleReceipt | Enforcement | null | undefined) => [
    ['clause', one?.clause],
    ['it says', one?.text],
    ['policy version', one?.policyVersion],
    ['decided by a vote', one?.proposalId ? 'yes' : 'no'],
  ];
  return [
    textTable('mica was refused', ['', ''], [['code', refused.code], ...receipt(refused.enforcement)]),
    textTable('mica was allowed; what was asked before', ['', ''], receipt(rule)),
  ];
}

/** nacht was refused a sentence about a village; a drawn panel says that the machine was wrong. */
async function judged(stage: Stage, reeds: Reeds): Promise<string> {
  const words = 'the village of Aster, vale and river';
  const refused = await ask(reeds, 'nacht', words);
  type Changed = { appeal: Appeal };
  const { appeal: opened } = await reeds.members.nacht.post<Changed>('/api/appeals', {
    generationId: refused.generationId,
    reason: 'Aster is a village here, and it lies in a vale.',
  });
  await stage.sealed();
  await stage.pass(1);
  const read = async (who: Name) =>
    (await reeds.members[who].get<Changed>(`/api/appeals/${opened.id}`)).appeal;
  const panel = (await read('heron')).panel ?? [];
  const judges = names.filter((name) => panel.some(({ id }) => id === reeds.ids[name]));
  const reason = 'It names a place. Anybody who lives here sees that.';
  for (const who of judges.slice(0, 2))
    await reeds.members[who].post(`/api/appeals/${opened.id}/judgements`, { overturn: true, reason });
  await stage.pass(1);
  const decided = await read('heron');
  const again = await ask(reeds, 'nacht', words);
  const other = await ask(reeds, 'salt', words);
  return textTable(
    'nacht appealed',
    ['', ''],
    [
      ['asked for', words],
      ['first answer', refused.code],
      ['panel', `${panel.length} drawn by the root of a later checkpoint`],
      ['nacht among them', judges.includes('nacht') ? 'yes' : 'no'],
      ['answers', `${decided.judged}, of which wrong: ${decided.overturn}`],
      ['verdict', decided.state],
      ['nacht asks again', again.code ?? 'waits to be made'],
      ['salt asks the same', other.code],
    ],
  );
}
