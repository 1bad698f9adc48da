import type { AdapterDetail, ConsentLine, Generation, Lineage, Work } from '@uncaged/contract';
import { allEntries } from '../../support/book.ts';
import { money, textTable } from '../../support/table.ts';
import type { Visitor } from '../../support/visitor.ts';
import type { Names } from '../001-seat-at-the-table/tables.ts';
import type { Taught } from './teaching.ts';

/** What an adapter's file says of itself. */
export interface Manifest {
  collective: string;
  maker: { id: string; pseudonym: string };
  styleWord: string;
  works: {
    title: string;
    author: string;
    licence: string;
    sha256: string;
    consentId: string;
    caption: string;
  }[];
}

export const manifestOf = ({ manifest }: AdapterDetail): Manifest => manifest as unknown as Manifest;

/** Works shown of a long list; the rest are counted, and checked like these. */
const shown = 4;

/** The book as a person reads it: a run of one kind by one person stands as one row. */
export async function book(title: string, reader: Visitor, names: Names): Promise<string> {
  const rows: unknown[][] = [];
  let run = { of: '', count: 0 };
  for (const { time, kind, actor, subject, postings } of await allEntries(reader)) {
    const day = time.slice(0, 10);
    const by = actor ? names.of(`member:${actor}`) : 'the machine';
    const of = postings.length === 0 ? `${day} ${kind} ${by}` : '';
    run = of !== '' && of === run.of ? { of, count: run.count + 1 } : { of, count: 1 };
    if (run.count > 1) {
      rows.splice(-1, 1, [day, kind, by, `× ${run.count}`, '']);
      continue;
    }
    const moved = postings.map(({ account, amount }) => `${names.of(account)} ${money(amount)}`);
    rows.push([day, kind, by, names.of(subject), moved.join(', ')]);
  }
  return textTable(title, ['day', 'what', 'by', 'about', 'money, EUR'], rows);
}

/** Line by line: how many works stand on each answer. */
export async function consents(artist: Visitor, workIds: readonly string[]): Promise<string> {
  const counts = new Map<string, number>();
  for (const id of workIds) {
    const { work } = await artist.get<{ work: Work }>(`/api/works/${id}`);
    for (const { use, allowed, because } of work.uses) {
      const key = JSON.stringify([use, allowed ? 'yes' : 'no', because]);
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
  }
  const rows = [...counts].map(([key, count]) => [...(JSON.parse(key) as string[]), count]);
  return textTable('What may be done with linnet’s thirty works', ['use', 'may', 'because', 'works'], rows);
}

/** Whose words the captions are. */
export function captions({ fineTune }: Taught, suggested: ReadonlyMap<string, string>): string {
  const rows = fineTune.items
    .filter(({ work }) => suggested.has(work.id))
    .map(({ work, caption, machineMade }) => [
      work.title,
      suggested.get(work.id),
      caption,
      machineMade ? 'machine' : 'linnet',
    ]);
  const own = fineTune.items.length - rows.length;
  return [
    textTable('Captions', ['work', 'the machine suggested', 'taught with', 'whose words'], rows),
    `The other ${own} are taught with the words linnet gave them.\n`,
  ].join('');
}

/** How the teaching went, without figures that another machine would not repeat. */
export function runs(taught: readonly Taught[]): string {
  const rows = taught.map(({ fineTune, adapter, changed }) => [
    fineTune.name,
    fineTune.styleWord,
    fineTune.items.length,
    `${fineTune.steps.done} of ${fineTune.steps.of}`,
    fineTune.sheets.map(({ step }) => step).join(', '),
    changed ? 'another picture' : 'the same picture',
    fineTune.state,
    adapter.shared ? 'everybody here' : 'linnet alone',
  ]);
  const head = [
    'hand',
    'style word',
    'works',
    'steps',
    'sheets at step',
    'last beside first',
    'now',
    'may be used by',
  ];
  return textTable('What linnet taught', head, rows);
}

/** A clip and what it was compared with. */
export interface Seen {
  what: string;
  clip: Generation;
  against: string;
  differs: boolean;
}

/** Same words and seeds; which pictures came out differently. */
export function clips(seen: readonly Seen[]): string {
  const rows = seen.map(({ what, clip, against, differs }) => [
    what,
    clip.prompt,
    clip.seed,
    mixOf(clip),
    against,
    against && (differs ? 'another picture' : 'the same picture'),
  ]);
  return textTable('The same words and seeds', ['clip', 'words', 'seed', 'hands', 'beside', 'it is'], rows);
}

const mixOf = ({ adapters }: Pick<Generation, 'adapters'>) =>
  adapters.map(({ styleWord, weight }) => `${styleWord} ${signed(weight)}`).join(', ') || 'none';

const signed = (weight: number) => `× ${String(weight).replace('-', '−')}`;

/** What a file says of itself where nobody can look into the book it came from. */
export function manifest(adapter: AdapterDetail, lines: Known['lines']): string {
  const said = manifestOf(adapter);
  const each = (pick: (work: Manifest['works'][number]) => string) =>
    [...new Set(said.works.map(pick))].join(', ');
  const known = said.works.filter(({ consentId }) => lines.has(consentId)).length;
  return textTable(
    `What the file says of itself, as ${adapter.name} was brought in`,
    ['', ''],
    [
      ['taught in', said.collective],
      ['by', said.maker.pseudonym],
      ['style word', said.styleWord],
      ['works', said.works.length],
      ['makers', each(({ author }) => author)],
      ['licences', each(({ licence }) => licence)],
      ['consent lines', `${said.works.length}, of which ${known} stand in the first book`],
      [
        'first works',
        said.works
          .slice(0, shown)
          .map(({ title }) => title)
          .join(', '),
      ],
    ],
  );
}

/** A line of consent and where it stands. */
export type Line = Pick<ConsentLine, 'entryId' | 'use'>;

interface Known {
  /** By id. */
  lines: ReadonlyMap<string, Line>;
  /** The book they stand in. */
  firstBook: Visitor;
}

/** From a clip to the people: model and adapters with their weights, works, makers, and the line each stands on. */
export async function lineage(
  title: string,
  clip: Generation,
  reader: Visitor,
  known: Known,
): Promise<string> {
  const found = await reader.get<Lineage>(`/api/generations/${clip.id}/lineage`);
  const rows: unknown[][] = [
    ['clip', clip.prompt, `seed ${clip.seed}`, '', await proven(reader, found.generation.entryId)],
    ['  model', found.model.name, '', '', await proven(reader, found.model.entryId)],
  ];
  for (const mixed of found.adapters) {
    const how = mixed.source === 'imported' ? 'brought in by' : 'taught by';
    const by = `${how} ${mixed.maker.pseudonym}`;
    rows.push(['  hand', mixed.name, signed(mixed.weight), by, await proven(reader, mixed.entryId)]);
    rows.push(...(await worksOf(mixed, reader, known)));
  }
  return textTable(title, ['what', 'which', 'how', 'by', 'stands in the book'], rows);
}

/** The works of one adapter: from the set it was taught with, or from its file when that lies in another book. */
async function worksOf(
  mixed: Lineage['adapters'][number],
  reader: Visitor,
  { lines, firstBook }: Known,
): Promise<unknown[][]> {
  const { adapter } = await reader.get<{ adapter: AdapterDetail }>(`/api/adapters/${mixed.id}`);
  const works = mixed.dataset
    ? mixed.works.map(({ author, ...work }) => ({ ...work, author: author.name }))
    : manifestOf(adapter).works;
  if (works.length !== mixed.worksCount)
    throw new Error(`${mixed.name} was taught with ${mixed.worksCount} works and names ${works.length}`);
  const rows: unknown[][] = [];
  for (const { title, author, licence, consentId } of works) {
    const line = lines.get(consentId ?? '');
    const stands = line ? `${line.use}, ${await proven(firstBook, line.entryId)}` : 'no line';
    rows.push(['    work', title, licence, author, stands]);
  }
  const standing = rows.filter((row) => row[4] === 'fine_tune_own, proven').length;
  const others = `and ${works.length - shown} more`;
  return [
    ...rows.slice(0, shown),
    ['    works', others, '', '', `${standing} of ${works.length} lines proven`],
  ];
}

async function proven(reader: Visitor, entryId: string | null): Promise<string> {
  if (entryId === null) return 'not proven';
  const { inclusion } = await reader.get<{ inclusion: unknown }>(`/api/book/entries/${entryId}`);
  return inclusion === null ? 'not proven' : 'proven';
}
