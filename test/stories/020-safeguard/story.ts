import { randomUUID } from 'node:crypto';
import type {
  Appeal,
  Comment,
  Enforcement,
  Generation,
  PolicyFollowingAnswer,
  RuleReceipt,
} from '@uncaged/contract';
import { verifyArchive } from '@uncaged/verify';
import { type Deciding, gather, HOUR, namesRefused } from '../../support/deciding.ts';
import type { Stage } from '../../support/stage.ts';
import { textTable } from '../../support/table.ts';
import type { Story } from '../story.ts';
import { ballots, changes, offline } from '../voting.tables.ts';

const names = ['heron', 'nacht', 'iris', 'ko', 'salt', 'mica'] as const;
type Name = (typeof names)[number];
type Reeds = Deciding<Name>;

const clause = '/safeguards/living-artists';
const text = 'No prompt may name a living artist who has not said yes.';
const named = 'reeds at night, after Linnet';
/** Small and quick: how well a clip is drawn is not what is told. */
const small = { steps: 4, size: 64 } as const;

/** A safeguard from its first words to an appeal: amended, voted, tried on some, in force, refused by, judged. */
export const story: Story = {
  number: '020',
  title: 'A safeguard, and being wrong about it',
  async tell(stage) {
    const reeds = await gather(stage, 'Reed Bed', names);
    const { token } = await reeds.members.heron.post<{ token: string }>('/api/workers', {
      name: 'in the boathouse',
    });
    stage.hire(token);
    const { id, thread, changed } = await written(reeds);
    const counted = await voted(stage, reeds, id);
    const trial = await tried(stage, reeds, id);
    const receipts = await enforced(stage, reeds);
    const appeal = await judged(stage, reeds);
    await stage.sealed();
    const archive = await reeds.members.heron.bytes('/api/book/export');
    const found = offline(await verifyArchive(archive));
    return { archive, tables: [thread, changed, counted, trial, ...receipts, appeal, found] };
  },
};

/** iris writes it; it is talked over, on the whole and on a line; ko puts better words, and iris takes them. */
async function written(reeds: Reeds): Promise<{ id: string; thread: string; changed: string }> {
  const { members } = reeds;
  const id = await reeds.propose(
    'iris',
    'safeguard',
    [{ op: 'add', path: clause, value: namesRefused(['Linnet'], text) }],
    {
      title: 'Ask the living first',
      body: 'Linnet draws reeds for a living, and nobody has asked her.',
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
  await say('ko', 'Her older sheets are signed Tern.', { clause });
  await members.ko.post(`/api/proposals/${id}/options`, {
    title: 'Both ways she signs',
    body: 'A rule one can walk around is none.',
    patch: [{ op: 'add', path: clause, value: namesRefused(['Linnet', 'Tern'], text) }],
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
  return {
    id,
    thread,
    changed: `${changes(seen)}ko’s amendment, “${option?.title}”: ${option?.state} by iris, who wrote the proposal.\n`,
  };
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
  const onTrial = async () => {
    const { canaries } = await reeds.members.heron.get<PolicyFollowingAnswer>('/api/policy/following');
    const [trial] = canaries;
    if (!trial) throw new Error('nothing is on trial');
    return trial;
  };
  const { percent, hash } = await onTrial();
  const met = new Map<boolean, Asked>();
  for (const who of [...names, ...names, ...names]) {
    const reply = await ask(reeds, who, named);
    if (reply.code === null) await made(stage, reeds, reply);
    met.set(reply.code === null, reply);
    if (met.size === 2) break;
  }
  const [outside, under] = [met.get(true), met.get(false)];
  const clip = outside && (await read(reeds, outside)).generation;
  const during = (await reeds.page(id)).state;
  await stage.pass(24 * HOUR);
  const after = await reeds.page(id);
  const { measured, outcome } = await onTrial();
  return textTable(
    `Tried on ${percent} of 100 clips for 24 hours`,
    ['', ''],
    [
      ['asked for', named],
      ['outside the trial', `${clip?.state}, by policy ${clip?.policyVersion}`],
      ['under the trial', `${under?.code} ${under?.enforcement?.clause}`],
      ['which rules were under it', under?.enforcement?.policyHash === hash ? 'those on trial' : 'others'],
      ['state during the trial', during],
      ['taken back if', `more than 200 of a thousand clips under it fail; ${measured?.failed} did`],
      ['so it was', `${outcome}: policy ${after.enactedVersion}`],
    ],
  );
}

interface Asked {
  who: Name;
  code: string | null;
  generationId: string;
  enforcement: Enforcement | null;
}
async function ask(reeds: Reeds, who: Name, prompt: string): Promise<Asked> {
  type Made = { generation: { id: string } };
  const reply = await reeds.members[who].request<Made>('POST', '/api/generations', {
    body: { prompt, ...small },
    idempotencyKey: randomUUID(),
  });
  if (reply.ok) return { who, code: null, generationId: reply.answer.generation.id, enforcement: null };
  const { code, generationId, enforcement } = reply.problem as unknown as Asked;
  return { who, code, generationId, enforcement };
}

/** A clip is shown to whoever asked for it. */
const read = (reeds: Reeds, { who, generationId }: Asked) =>
  reeds.members[who].get<{ generation: Generation; rules: RuleReceipt[] }>(
    `/api/generations/${generationId}`,
  );

/** Waits until a machine has made what was asked for. */
async function made(stage: Stage, reeds: Reeds, asked: Asked): Promise<void> {
  await stage.until(async () => {
    const { state, failure } = (await read(reeds, asked)).generation;
    if (state === 'failed') throw new Error(`the clip failed: ${failure}`);
    return state === 'done';
  });
}

/** A refusal and an allowed clip, each with what the policy says and which vote decided it. */
async function enforced(stage: Stage, reeds: Reeds): Promise<string[]> {
  const refused = await ask(reeds, 'mica', 'a heron, in the manner of Tern');
  const allowed = await ask(reeds, 'mica', 'a heron, in nobody’s manner');
  await made(stage, reeds, allowed);
  const { generation, rules } = await read(reeds, allowed);
  const [rule] = rules;
  const { enforcement } = refused;
  const { title, tally } = await reeds.page(enforcement?.proposalId ?? '');
  const { entry } = await reeds.members.heron.get<{ entry: { kind: string } }>(
    `/api/book/entries/${enforcement?.entryId}`,
  );
  const written = JSON.stringify([enforcement, entry]);
  const naming = names.some((name) => written.includes(`"${name}"`) || written.includes(reeds.ids[name]));
  return [
    textTable(
      'mica asked for “a heron, in the manner of Tern”',
      ['', ''],
      [
        ['answer', refused.code],
        ['the clause', enforcement?.clause],
        ['it says', enforcement?.text],
        ['policy', enforcement?.policyVersion],
        ['decided by', title],
        [
          'how',
          tally && `${tally.yes} yes, ${tally.no} no, ${tally.abstain} abstain, ${tally.eligible} eligible`,
        ],
        ['written in the book as', entry.kind],
        ['the book’s entry names a member', naming ? 'yes' : 'no'],
      ],
    ),
    textTable(
      'mica asked for “a heron, in nobody’s manner”',
      ['', ''],
      [
        ['answer', generation.state],
        ['the clause it was held against', rule?.clause],
        ['it says', rule?.text],
        ['policy', rule?.policyVersion],
        ['decided by', rule?.proposalTitle],
      ],
    ),
  ];
}

/** nacht was refused a sentence about a bird; a drawn panel says that the machine was wrong. */
async function judged(stage: Stage, reeds: Reeds): Promise<string> {
  const words = 'a linnet on a reed, singing';
  const refused = await ask(reeds, 'nacht', words);
  type Changed = { appeal: Appeal };
  const { appeal: opened } = await reeds.members.nacht.post<Changed>('/api/appeals', {
    generationId: refused.generationId,
    reason: 'A linnet is a bird.',
  });
  await stage.sealed();
  await stage.pass(1);
  const look = async (who: Name) =>
    (await reeds.members[who].get<Changed>(`/api/appeals/${opened.id}`)).appeal;
  const panel = (await look('heron')).panel ?? [];
  const judges = names.filter((name) => panel.some(({ id }) => id === reeds.ids[name]));
  const reason = 'It names a bird. Anybody who reads it sees that.';
  for (const who of judges.slice(0, 2))
    await reeds.members[who].post(`/api/appeals/${opened.id}/judgements`, { overturn: true, reason });
  await stage.pass(1);
  const decided = await look('heron');
  const again = await ask(reeds, 'nacht', words);
  const other = await ask(reeds, 'salt', words);
  if (again.code === null) await made(stage, reeds, again);
  return textTable(
    'nacht was refused, and appealed',
    ['', ''],
    [
      ['asked for', words],
      ['first answer', refused.code],
      ['what nacht said', 'A linnet is a bird.'],
      ['panel', `${panel.length} members, drawn by the root of a checkpoint after the appeal`],
      ['nacht among them', judges.includes('nacht') ? 'yes' : 'no'],
      ['they answered', `${decided.judged}; that the machine was wrong: ${decided.overturn}`],
      ['verdict', decided.state],
      ['nacht asks again', again.code ?? 'made'],
      ['salt asks the same', other.code],
    ],
  );
}
