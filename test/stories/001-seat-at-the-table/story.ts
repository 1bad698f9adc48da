import { verifyArchive } from '@uncaged/verify';
import type { Stage } from '../../support/stage.ts';
import { money, textTable } from '../../support/table.ts';
import type { Visitor } from '../../support/visitor.ts';
import type { Story, Told } from '../story.ts';
import { balances, book, consents, lineage, namesOf, tally } from './tables.ts';

const DAY = 86_400_000;

/** In a story nothing is secret. */
export const passwordOf = (pseudonym: string): string => `${pseudonym} remembers this sentence`;

interface Members {
  heron: Visitor;
  nacht: Visitor;
  iris: Visitor;
  ko: Visitor;
}

/** From founding to offline verification: made, reported, paid, decided, enforced, proven. */
export const story: Story = {
  number: '001',
  title: 'A seat at the table',
  async tell(stage) {
    const members = await gather(stage);
    const workId = await bringWork(members.iris);
    const callId = await openCall(stage, members.heron);
    const clip = await makeClip(stage, members.nacht, {
      prompt: 'a red house',
      seed: '7',
      caption: 'red house, no door',
    });
    const paid = await reportAndBePaid(stage, members, callId, clip);
    const proposalId = await decide(stage, members);
    const refusal = await enforced(stage, members);
    return end(stage, members, { workId, clip, paid, proposalId, refusal });
  },
};

/** heron founds, puts money on the table and connects a machine; the others come in by invitation. */
async function gather(stage: Stage): Promise<Members> {
  const heron = stage.visitor();
  await heron.post('/api/collective', {
    name: 'The Long Table',
    currency: 'EUR',
    founder: { pseudonym: 'heron', password: passwordOf('heron') },
    deposit: { amount: '500000', source: 'grant' },
  });
  const { token } = await heron.post<{ token: string }>('/api/workers', { name: 'the one under the stairs' });
  stage.hire(token);
  const join = async (pseudonym: string) => {
    const { code } = await heron.post<{ code: string }>('/api/invitations', {});
    const member = stage.visitor();
    await member.post('/api/members', { code, pseudonym, password: passwordOf(pseudonym) });
    return member;
  };
  return { heron, nacht: await join('nacht'), iris: await join('iris'), ko: await join('ko') };
}

/** iris brings a drawing of her own and says yes to two uses; what she does not answer is a no. */
async function bringWork(iris: Visitor): Promise<string> {
  const drawing = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64"><rect width="64" height="64" fill="#fff"/>
    <path d="M12 52 V26 L32 10 L52 26 V52 Z" fill="#c8102e"/><rect x="28" y="36" width="10" height="16" fill="#0c0c0c"/></svg>`;
  const form = new FormData();
  form.set('file', new File([drawing], 'house.svg', { type: 'image/svg+xml' }));
  form.set('title', 'red house, one door');
  form.set('keywords', 'house, red');
  form.set('licence', 'CC-BY-4.0');
  form.append('consents', 'fine_tune_own');
  form.append('consents', 'publish');
  const { work } = await iris.post<{ work: { id: string } }>('/api/works', form);
  return work.id;
}

/** Terms before work: rates, budget in escrow, deadline, all in the book before the first submission. */
async function openCall(stage: Stage, steward: Visitor): Promise<string> {
  const { call } = await steward.post<{ call: { id: string } }>('/api/calls', {
    title: 'What does commons-2 do to houses?',
    brief: 'Make a clip, look twice, write what you see. Harsh is welcome.',
    rates: [
      { kind: 'bug', amount: '4000' },
      { kind: 'critique', amount: '2500' },
    ],
    budget: '50000',
    currency: 'EUR',
    deadline: new Date(stage.clock.now().getTime() + 14 * DAY).toISOString(),
  });
  return call.id;
}

/** Asks for a clip, waits for the worker, publishes it. Returns the generation's id. */
async function makeClip(
  stage: Stage,
  maker: Visitor,
  { prompt, seed, caption }: { prompt: string; seed: string; caption: string },
): Promise<string> {
  const { generation } = await maker.post<{ generation: { id: string } }>('/api/generations', {
    prompt,
    seed,
  });
  await stage.until(async () => {
    const now = await maker.get<{ generation: { state: string; failure: string | null } }>(
      `/api/generations/${generation.id}`,
    );
    if (now.generation.state === 'failed') throw new Error(`the clip failed: ${now.generation.failure}`);
    return now.generation.state === 'done';
  });
  await maker.post(`/api/generations/${generation.id}/publish`, { caption });
  return generation.id;
}

interface Paid {
  lines: { what: string; amount: string; balance: string; proof: string; entryId: string }[];
}

/** One finding is accepted by two members, one by silence; both are paid from the escrow. */
async function reportAndBePaid(
  stage: Stage,
  members: Members,
  callId: string,
  generationId: string,
): Promise<Paid> {
  const submit = (kind: string, text: string) =>
    members.nacht.post<{ contribution: { id: string } }>(
      '/api/contributions',
      { callId, generationId, kind, text, atMs: 800, seedKept: true },
      `finding-${kind}`,
    );
  const critique = await submit(
    'critique',
    'The roof melts into the sky. It refuses the straight line it was taught.',
  );
  await submit('bug', 'Frame 7 drops the left wall for one frame, same seed, every time.');
  // The next checkpoint draws who is asked.
  await stage.sealed();
  await stage.pass(0);
  for (const reviewer of [members.iris, members.ko]) {
    await reviewer.post(`/api/contributions/${critique.contribution.id}/reviews`, {
      verdict: 'accept',
      reason: 'Seen, and well put.',
    });
  }
  await stage.pass(8 * DAY);
  return members.nacht.get<Paid>('/api/me/statement');
}

/** iris asks for a safeguard; three vote; quorum and threshold come from policy; it is enacted after its delay. */
async function decide(stage: Stage, members: Members): Promise<string> {
  const policy = await members.iris.get<{ hash: string }>('/api/policy');
  const { proposal } = await members.iris.post<{ proposal: { id: string } }>('/api/proposals', {
    kind: 'safeguard',
    title: 'No prompt may name a living artist who has not said yes',
    body: 'nacht is alive and has not been asked. The machine should ask first.',
    patch: [
      {
        op: 'add',
        path: '/safeguards/living-artists',
        value: {
          kind: 'named_living_artist',
          names: ['nacht'],
          unlessConsent: 'style_name_prompting',
          action: 'refuse',
          text: 'No prompt may name a living artist who has not said yes.',
        },
      },
    ],
    against: policy.hash,
  });
  await members.iris.post(`/api/proposals/${proposal.id}/open`, {});
  const vote = (member: Visitor, choice: string) =>
    member.post(`/api/proposals/${proposal.id}/ballots`, { choice });
  await vote(members.heron, 'yes');
  await vote(members.iris, 'yes');
  await vote(members.nacht, 'yes');
  await vote(members.ko, 'no');
  await stage.pass(5 * DAY);
  return proposal.id;
}

export interface Refusal {
  code: string;
  enforcement: {
    clause: string;
    text: string;
    policyVersion: number;
    proposalId: string;
    tally: { words: string };
  };
}

/** The next such prompt is refused with a receipt that names clause, version, proposal and vote. */
async function enforced(stage: Stage, members: Members): Promise<Refusal> {
  const refused = await members.ko.request('POST', '/api/generations', {
    body: { prompt: 'a house, in the style of Nacht' },
  });
  if (refused.ok || refused.status !== 403) throw new Error(`expected a refusal, got ${refused.status}`);
  await makeClip(stage, members.ko, { prompt: 'a green tree', seed: '8', caption: 'what a tree wants' });
  return refused.problem as unknown as Refusal;
}

interface Ending {
  workId: string;
  clip: string;
  paid: Paid;
  proposalId: string;
  refusal: Refusal;
}

/** Everything above, read back: from the api, and from the archive alone. */
async function end(
  stage: Stage,
  members: Members,
  { workId, clip, paid, proposalId, refusal }: Ending,
): Promise<Told> {
  await stage.sealed();
  for (const line of paid.lines) await members.nacht.get(line.proof);
  const archive = await members.heron.bytes('/api/book/export');
  const verdict = await verifyArchive(archive);
  if (!verdict.ok) throw new Error(`the archive does not verify: ${JSON.stringify(verdict)}`);
  const { enforcement } = refusal;
  const names = await namesOf(members.heron);
  return {
    archive,
    tables: [
      await book(members.heron, names),
      await balances(members.heron, names),
      textTable(
        'What nacht was paid',
        ['for', 'EUR', 'balance'],
        paid.lines.map((line) => [line.what, money(line.amount), money(line.balance)]),
      ),
      await tally(members.heron, proposalId),
      textTable(
        'What the machine refused',
        ['', ''],
        [
          ['code', refusal.code],
          ['text', enforcement.text],
          ['clause', enforcement.clause],
          ['policy version', enforcement.policyVersion],
          ['vote', enforcement.tally.words],
        ],
      ),
      await lineage(members.heron, clip),
      await consents(members.heron, workId),
    ],
  };
}
