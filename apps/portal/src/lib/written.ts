/** What a person filled into the fields of clauses, as a patch on the policy they stand in. */
import type { ClauseField, ClauseGroup, Part, Typed } from './clauses.ts';
import { amountText, minorOf } from './money.ts';
import { at, inPointer, type Json, type Operation, outOfPointer } from './policy.ts';

type Tree = Record<string, Json>;

/** What stands in the field before anybody types. */
export function standing(document: Json, field: ClauseField, currency: string): string {
  const value = at(document, field.path);
  if (value === undefined || value === null) {
    if (field.form === 'choice') return textOf(field.choices[0]?.[0] ?? '');
    return '';
  }
  if (field.form === 'money' && typeof value === 'number')
    return amountText(String(value), currency).replaceAll(',', '');
  return Array.isArray(value) ? value.map(String).join('\n') : textOf(value);
}

const textOf = (value: Json): string => String(value);

const linesOf = (text: string): string[] => [
  ...new Set(
    text
      .split(/[\n;]+/)
      .map((line) => line.trim())
      .filter((line) => line !== ''),
  ),
];

type Read = { ok: true; value: Json } | { ok: false; reason: string };

function read(field: ClauseField, typed: string, currency: string): Read {
  const text = typed.trim();
  switch (field.form) {
    case 'number': {
      const value = /^\d{1,12}$/.test(text) ? Number(text) : Number.NaN;
      if (!(value >= field.min && value <= field.max))
        return {
          ok: false,
          reason: `Write a whole number from ${field.min.toLocaleString('en')} to ${field.max.toLocaleString('en')}.`,
        };
      return { ok: true, value };
    }
    case 'money': {
      const minor = minorOf(text, currency);
      return minor === null
        ? { ok: false, reason: `Write an amount in ${currency}, as 25.00.` }
        : { ok: true, value: Number(minor) };
    }
    case 'text':
      if (text === '' || text.length > field.max)
        return {
          ok: false,
          reason:
            text === '' ? 'Write something here.' : `At most ${field.max.toLocaleString('en')} characters.`,
        };
      return { ok: true, value: text };
    case 'names': {
      const value = linesOf(text);
      return value.length === 0
        ? { ok: false, reason: 'Write at least one, one a line.' }
        : { ok: true, value };
    }
    case 'set': {
      const chosen = new Set(linesOf(text));
      return { ok: true, value: field.choices.map(([one]) => one).filter((one) => chosen.has(one)) };
    }
    case 'choice': {
      const found = field.choices.find(([value]) => textOf(value) === text);
      return found ? { ok: true, value: found[0] } : { ok: false, reason: 'Choose one of these.' };
    }
  }
}

function put(document: Json, path: string, value: Json | undefined): void {
  const keys = path.split('/').slice(1).map(outOfPointer);
  const last = keys.pop() ?? '';
  let here = document as Tree;
  for (const key of keys) {
    if (here[key] === undefined || here[key] === null) {
      if (value === undefined) return;
      here[key] = {};
    }
    here = here[key] as Tree;
  }
  if (value === undefined) delete here[last];
  else here[last] = value;
}

export interface Written {
  patch: Operation[];
  after: Json;
  /** what is wrong, by name of the field */
  wrong: Typed;
}

const entryName = /^[A-Za-z0-9][A-Za-z0-9._:-]{0,199}$/;

/** What was typed, as a patch on the policy. A field that was not typed in, or says what stands, changes nothing. */
export function written(document: Json, parts: readonly Part[], typed: Typed, currency: string): Written {
  const after = structuredClone(document);
  const wrong: Typed = {};
  for (const group of parts.flatMap(({ groups }) => groups)) {
    if (group.removes && typed[`-${group.removes}`]) put(after, group.removes, undefined);
    else if (group.adds) addEntry(after, group, typed, currency, wrong);
    else fill(after, document, group.fields, typed, currency, wrong);
  }
  return { patch: patchBetween(document, after), after, wrong };
}

function addEntry(after: Json, group: ClauseGroup, typed: Typed, currency: string, wrong: Typed): void {
  if (!group.adds) return;
  const { under, usual } = group.adds;
  const name = (typed[`${under}/*`] ?? group.adds.name ?? '').trim();
  const others = group.fields.some((field) => {
    const usually = standingNew(group, field, currency);
    return !same(typed[field.path] ?? usually, usually);
  });
  if (!others && (name === '' || name === group.adds.name)) return;
  if (!entryName.test(name)) {
    wrong[`${under}/*`] = 'Give it a short name in lower case, as living-artists.';
    return;
  }
  if (at(after, `${under}/${inPointer(name)}`) !== undefined) {
    wrong[`${under}/*`] = 'There is one of this name already: change it above.';
    return;
  }
  const value = structuredClone(entry(under, usual));
  for (const field of group.fields) {
    const given = read(field, typed[field.path] ?? standing(value, field, currency), currency);
    if (given.ok) put(value, field.path, given.value);
    else wrong[field.path] = given.reason;
  }
  put(after, `${under}/${inPointer(name)}`, at(value, `${under}/*`) ?? null);
}

/** What stands in a field of a new entry before anybody types. */
export function standingNew(group: ClauseGroup, field: ClauseField, currency: string): string {
  return group.adds ? standing(entry(group.adds.under, group.adds.usual), field, currency) : '';
}

/** A document that holds a new entry alone, under the name `*`. */
function entry(under: string, usual: Json): Json {
  return { [under.slice(1)]: { '*': usual } };
}

function fill(
  after: Json,
  document: Json,
  fields: readonly ClauseField[],
  typed: Typed,
  currency: string,
  wrong: Typed,
): void {
  for (const field of fields) {
    const text = typed[field.path];
    if (text === undefined || same(text, standing(document, field, currency))) continue;
    const empty = text.trim() === '';
    if (empty && field.whole) {
      put(after, field.whole.path, undefined);
      continue;
    }
    if (empty && field.blank) {
      put(after, field.path, undefined);
      continue;
    }
    const parent = field.path.slice(0, field.path.lastIndexOf('/'));
    if (field.whole && at(after, field.whole.path) === undefined)
      put(after, field.whole.path, structuredClone(field.whole.usual));
    else if (parent !== '' && at(after, parent) === undefined) continue;
    const given = read(field, text, currency);
    if (given.ok) put(after, field.path, given.value);
    else wrong[field.path] = given.reason;
  }
}

/** A form sends its line ends as CR LF. */
const same = (one: string, other: string): boolean =>
  one.replaceAll('\r\n', '\n').trim() === other.replaceAll('\r\n', '\n').trim();

const isTree = (value: Json | undefined): value is Tree =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

/** The operations that make `after` of `before`, value by value. */
export function patchBetween(before: Json | undefined, after: Json | undefined, path = ''): Operation[] {
  if (isTree(before) && isTree(after))
    return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((key) =>
      patchBetween(before[key], after[key], `${path}/${inPointer(key)}`),
    );
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  if (after === undefined) return [{ op: 'remove', path }];
  return [{ op: before === undefined ? 'add' : 'replace', path, value: after }];
}
