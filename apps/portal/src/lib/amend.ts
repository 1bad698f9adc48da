/** An amendment as fields: each value that a proposal changes, in the form that a person writes it in. */
import { at, inPointer, type Json, type Operation } from './policy.ts';
import { spaced } from './text.ts';

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

export type Amended = { ok: true; patch: Operation[] } | { ok: false; label: string };

/** The same change with other values, as typed by pointer; what was not typed stays as proposed. Names the field it cannot read. */
export function amended(diff: readonly Line[], typed: Record<string, string>): Amended {
  const patch: Operation[] = [];
  for (const line of diff) {
    const { path, before, after } = line;
    if (after === undefined) {
      patch.push({ op: 'remove', path });
      continue;
    }
    const holder: Json = { value: structuredClone(after) as Json };
    for (const field of amendFields([line])) {
      const given = read(field.form, typed[field.path] ?? field.value);
      if (!given.ok) return { ok: false, label: field.label };
      place(holder, `/value${field.path.slice(path.length)}`, given.value);
    }
    patch.push({ op: before === undefined ? 'add' : 'replace', path, value: at(holder, '/value') ?? null });
  }
  return { ok: true, patch };
}

function place(holder: Json, path: string, value: Json): void {
  const cut = path.lastIndexOf('/');
  const parent = at(holder, path.slice(0, cut)) as Record<string, Json>;
  parent[
    path
      .slice(cut + 1)
      .replaceAll('~1', '/')
      .replaceAll('~0', '~')
  ] = value;
}
