/** An amendment as fields: each value that a proposal changes, in the form that a person writes it in. */
import { type Around, type Part, partsOf, type Typed } from './clauses.ts';
import { at, inPointer, type Json, type Operation, patched } from './policy.ts';
import { spaced } from './text.ts';
import { patchBetween, written } from './written.ts';

interface Line {
  path: string;
  words: string;
  before?: unknown;
  after?: unknown;
}
export interface AmendField {
  /** JSON Pointer of the value itself */
  path: string;
  label: string;
  form: 'text' | 'number' | 'lines' | 'yes_no' | 'json';
  value: string;
}

const isTree = (value: unknown): value is Record<string, Json> =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

function formOf(value: unknown): AmendField['form'] {
  if (typeof value === 'string') return 'text';
  if (typeof value === 'number') return 'number';
  if (typeof value === 'boolean') return 'yes_no';
  return Array.isArray(value) && value.every((item) => typeof item === 'string') ? 'lines' : 'json';
}
function textOf(value: Json): string {
  const form = formOf(value);
  if (form === 'lines') return (value as string[]).join('\n');
  return form === 'json' ? JSON.stringify(value) : String(value);
}

function leaves(path: string, label: string, value: Json): AmendField[] {
  if (isTree(value))
    return Object.entries(value).flatMap(([key, inner]) =>
      leaves(
        `${path}/${inPointer(key)}`,
        `${label}: ${spaced(key.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase())}`,
        inner,
      ),
    );
  return [{ path, label, form: formOf(value), value: textOf(value) }];
}

/** One field for each value that the proposal puts in. */
export function amendFields(diff: readonly Line[]): AmendField[] {
  return diff.flatMap(({ path, words, after }) =>
    after === undefined ? [] : leaves(path, words, after as Json),
  );
}

function read(form: AmendField['form'], typed: string): { ok: true; value: Json } | { ok: false } {
  const text = typed.replaceAll('\r\n', '\n').trim();
  if (form === 'text') return text === '' ? { ok: false } : { ok: true, value: text };
  if (form === 'number') return /^-?\d{1,15}$/.test(text) ? { ok: true, value: Number(text) } : { ok: false };
  if (form === 'yes_no') return { ok: true, value: text === 'true' };
  if (form === 'lines') {
    const lines = text.split('\n').map((line) => line.trim());
    return { ok: true, value: lines.filter((line, index) => line !== '' && lines.indexOf(line) === index) };
  }
  try {
    return { ok: true, value: JSON.parse(text) as Json };
  } catch {
    return { ok: false };
  }
}

type Amended = { ok: true; patch: Operation[] } | { ok: false; path: string };

/** The same values, or others as typed by pointer. Says which field it cannot read. */
function amended(lines: readonly Line[], typed: Typed): Amended {
  const patch: Operation[] = [];
  for (const line of lines) {
    const { path, after } = line;
    const others: Operation[] = [];
    for (const field of amendFields([line])) {
      const given = read(field.form, typed[field.path] ?? field.value);
      if (!given.ok) return { ok: false, path: field.path };
      others.push({ op: 'replace', path: `/value${field.path.slice(path.length)}`, value: given.value });
    }
    const value = patched({ value: after as Json }, others);
    patch.push({ op: 'replace', path, value: (value && at(value, '/value')) ?? null });
  }
  return { ok: true, patch };
}

/** What a proposal changes, to be written otherwise: clauses that have fields of their own, and the lines that have none. */
export interface Amending {
  /** the policy as the proposal would make it */
  document: Json;
  parts: Part[];
  rest: Line[];
}
interface Change {
  kind: string;
  patch: readonly Operation[];
  diff: readonly Line[];
}

const within = (path: string, line: string): boolean => path === line || path.startsWith(`${line}/`);

/** The fields of a change against the policy it was written for; null where it changes nothing that stands there. */
export function amending(base: Json, { kind, patch, diff }: Change, around: Around): Amending | null {
  const document = patched(base, patch);
  if (document === null || patch.length === 0) return null;
  const touches = (path: string) => diff.some((line) => within(path, line.path) || within(line.path, path));
  const parts = partsOf(document, kind, around)
    .map(({ key, name, groups }) => ({
      key,
      name,
      groups: groups
        .map(({ title, fields, adds }) => ({
          title,
          fields: adds ? [] : fields.filter(({ path }) => touches(path)),
        }))
        .filter(({ fields }) => fields.length > 0),
    }))
    .filter(({ groups }) => groups.length > 0);
  const fields = parts.flatMap(({ groups }) => groups.flatMap((group) => group.fields));
  const told = ({ path }: Line) =>
    fields.some((field) => within(field.path, path) || within(path, field.path));
  return { document, parts, rest: diff.filter((line) => line.after !== undefined && !told(line)) };
}

/** The patch on `base` that the typed fields make of a change, and what is wrong, by name of the field. */
export function reworded(
  base: Json,
  { document, parts, rest }: Amending,
  typed: Typed,
  currency: string,
): { patch: Operation[]; wrong: Typed } {
  const fields = written(document, parts, typed, currency);
  const others = amended(rest, typed);
  if (!others.ok)
    return { patch: [], wrong: { ...fields.wrong, [others.path]: 'Write something of its sort here.' } };
  const after = patched(fields.after, others.patch) ?? fields.after;
  return { patch: patchBetween(base, after), wrong: fields.wrong };
}
