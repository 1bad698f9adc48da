import type { Lineage, ProposalDetail, Work } from '@uncaged/contract';
import { allEntries } from '../../support/book.ts';
import { money, textTable } from '../../support/table.ts';
import type { Visitor } from '../../support/visitor.ts';

/** Ids as a reader would say them: members by name, everything else by its noun and the order it came in. */
export class Names {
  readonly #names = new Map<string, string>();
  readonly #counts = new Map<string, number>();

  know(id: string, name: string): void {
    this.#names.set(id, name);
  }

  /** `call:0192…` becomes `call 1`, `member:0192…` the member's name; a name such as `fund:main` stays. */
  of(subject: string): string {
    const [noun = '', ...rest] = subject.split(':');
    const id = rest.join(':');
    if (!/^(?:[0-9a-f]{8}-|[0-9a-f]{64}$)/.test(id)) return subject;
    const known = this.#names.get(id);
    if (known) return noun === 'member' ? known : `${noun} ${known}`;
    const count = (this.#counts.get(noun) ?? 0) + 1;
    this.#counts.set(noun, count);
    this.#names.set(id, String(count));
    return `${noun} ${count}`;
  }
}

export async function namesOf(reader: Visitor): Promise<Names> {
  const names = new Names();
  const { members } = await reader.get<{ members: { id: string; pseudonym: string }[] }>('/api/members');
  for (const member of members) names.know(member.id, member.pseudonym);
  return names;
}

/** The book as a person reads it: long runs of one kind stand as one row. */
export async function book(reader: Visitor, names: Names): Promise<string> {
  const rows: unknown[][] = [];
  let run = { kind: '', count: 0 };
  for (const entry of await allEntries(reader)) {
    const postings = entry.postings
      .map((posting) => `${names.of(posting.account)} ${money(posting.amount)}`)
      .join(', ');
    if (entry.kind === run.kind && entry.postings.length === 0 && entry.kind.startsWith('work.')) {
      run.count += 1;
      const last = rows.at(-1);
      if (last) last[3] = `× ${run.count}`;
      continue;
    }
    run = { kind: entry.kind, count: 1 };
    const actor = entry.actor ? names.of(`member:${entry.actor}`) : 'the machine';
    rows.push([
      entry.time.slice(0, 10),
      entry.kind,
      actor,
      entry.kind.startsWith('work.') ? '× 1' : names.of(entry.subject),
      postings,
    ]);
  }
  return textTable('The book', ['day', 'what', 'by', 'about', 'money, EUR'], rows);
}

/** What every account holds, summed from the postings a stranger can read. They sum to nothing. */
export async function balances(reader: Visitor, names: Names): Promise<string> {
  const sums = new Map<string, bigint>();
  for (const entry of await allEntries(reader)) {
    for (const { account, amount } of entry.postings)
      sums.set(account, (sums.get(account) ?? 0n) + BigInt(amount));
  }
  const total = [...sums.values()].reduce((sum, amount) => sum + amount, 0n);
  const rows = [...sums].map(([account, amount]) => [names.of(account), money(amount)]);
  return textTable('Balances', ['account', 'EUR'], [...rows, ['together', money(total)]]);
}

export async function tally(reader: Visitor, proposalId: string): Promise<string> {
  const { proposal } = await reader.get<{ proposal: ProposalDetail }>(`/api/proposals/${proposalId}`);
  const ballots = proposal.ballots.map((ballot) => [ballot.member.pseudonym, ballot.choice]);
  return [
    textTable(`The vote: ${proposal.title}`, ['who', 'ballot'], ballots.sort()),
    `${proposal.state}, policy version ${proposal.enactedVersion}. ${proposal.tally?.words ?? 'no tally'}`,
    ...proposal.diff.map(
      (line) =>
        `${line.words}: ${JSON.stringify(line.before ?? null)} → ${JSON.stringify(line.after ?? null)}`,
    ),
    '',
  ].join('\n');
}

/** From the clip to the people: model, dataset, the makers of most works, each with whether its proof stands. */
export async function lineage(reader: Visitor, generationId: string): Promise<string> {
  const found = await reader.get<Lineage>(`/api/generations/${generationId}/lineage`);
  const proven = async (entryId: string | null) =>
    entryId !== null &&
    (await reader.get<{ inclusion: unknown }>(`/api/book/entries/${entryId}`)).inclusion !== null
      ? 'proven'
      : 'not proven';
  const rows: unknown[][] = [
    [
      'clip',
      found.generation.outputs
        .map((output) => output.kind)
        .sort()
        .join(', '),
      await proven(found.generation.entryId),
    ],
    ['credential', 'in the mp4', found.credential ? 'signed' : 'unsigned'],
    ['model', found.model.name, await proven(found.model.entryId)],
    [
      'dataset',
      `${found.dataset.items} works by ${found.model.authors} makers`,
      await proven(found.dataset.entryId),
    ],
    ...found.authors.slice(0, 5).map((author) => ['maker', author.name, `${author.works} works`]),
  ];
  return textTable('Where the clip came from', ['what', 'which', ''], rows);
}

/** What may be done with a work, and why. */
export async function consents(reader: Visitor, workId: string): Promise<string> {
  const { work } = await reader.get<{ work: Work }>(`/api/works/${workId}`);
  const rows = work.uses.map((use) => [use.use, use.allowed ? 'yes' : 'no', use.because]);
  return textTable(`What may be done with “${work.title}”`, ['use', 'may', 'because'], rows);
}
