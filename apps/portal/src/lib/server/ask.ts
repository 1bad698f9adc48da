import type { RequestEvent } from '@sveltejs/kit';
import { error, fail } from '@sveltejs/kit';
import type { Problem } from '@uncaged/contract';

/** Anything a load or an action hands over that can fetch. */
export interface Asking {
  fetch: typeof globalThis.fetch;
}

export type Answer<T> = { ok: true; data: T } | { ok: false; problem: Problem };

const silent = (status: number): Problem => ({
  type: 'about:blank',
  title: 'We could not read the answer',
  status,
  code: 'unreadable_answer',
  detail: 'Our own machine answered in a way this page does not know.',
  next: 'Try again. If it stays, tell whoever runs this machine.',
});

async function answerOf<T>(response: Response): Promise<Answer<T>> {
  const text = await response.text();
  let json: unknown = null;
  try {
    json = text === '' ? null : JSON.parse(text);
  } catch {
    json = null;
  }
  if (response.ok) return { ok: true, data: json as T };
  const known = json !== null && typeof json === 'object' && 'code' in json;
  return { ok: false, problem: known ? (json as Problem) : silent(response.status) };
}

/** Asks the api and returns its answer or its problem; throws nothing for a refusal. Bytes go as they are. */
export async function ask<T>(
  asking: Asking,
  method: string,
  path: string,
  body?: unknown,
  key?: string,
): Promise<Answer<T>> {
  const headers: Record<string, string> = { accept: 'application/json' };
  if (key) headers['idempotency-key'] = key;
  const init: RequestInit = { method, headers };
  if (body instanceof FormData) init.body = body;
  else if (body instanceof Uint8Array) {
    headers['content-type'] = 'application/octet-stream';
    init.body = body as Uint8Array<ArrayBuffer>;
  } else if (body !== undefined) {
    headers['content-type'] = 'application/json';
    init.body = JSON.stringify(body);
  }
  return answerOf<T>(await asking.fetch(path, init));
}

/** Reads from the api; a refusal becomes the error page that shows the problem. */
export async function get<T>(asking: Asking, path: string): Promise<T> {
  const answer = await ask<T>(asking, 'GET', path);
  if (!answer.ok) error(answer.problem.status, { message: answer.problem.title, problem: answer.problem });
  return answer.data;
}

/** Reads from the api what a page can do without: null when it is not there or not for this person. */
export async function maybe<T>(asking: Asking, path: string): Promise<T | null> {
  const answer = await ask<T>(asking, 'GET', path);
  return answer.ok ? answer.data : null;
}

/** One form on one page: its fields as text, and its Idempotency-Key. */
export interface Filled {
  text(name: string): string;
  /** Empty fields are undefined, so that the api's own default holds. */
  number(name: string): number | undefined;
  all(name: string): string[];
  /** The name of each field, once. */
  names: string[];
  /** The chosen files; an empty choice is none. */
  files(name: string): File[];
  key: string;
}

export async function filled(event: RequestEvent): Promise<Filled> {
  const form = await event.request.formData();
  const text = (name: string): string => {
    const value = form.get(name);
    return typeof value === 'string' ? value.trim() : '';
  };
  return {
    text,
    number: (name) => (text(name) === '' ? undefined : Number(text(name).replace(',', '.'))),
    all: (name) => form.getAll(name).filter((value): value is string => typeof value === 'string'),
    names: [...new Set(form.keys())],
    files: (name) =>
      form
        .getAll(name)
        .filter((value): value is File => value instanceof File && (value.size > 0 || value.name !== '')),
    key: text('key'),
  };
}

/** What a refused form hands back to its page: which form, what the api said, what was typed. */
export interface Refused {
  at: string;
  problem: Problem;
  typed: Record<string, string>;
}

/** Refuses form `at`: nothing typed is lost (passwords excepted, which are never sent back). */
export function refuse(at: string, problem: Problem, typed: Record<string, string> = {}) {
  return fail(problem.status, { refused: { at, problem, typed } satisfies Refused });
}

/** What was typed into fields whose names are not known beforehand; several values of one name stand a line each. */
export function typedIn(form: Filled, isField: (name: string) => boolean): Record<string, string> {
  const typed: Record<string, string> = {};
  for (const name of form.names.filter(isField))
    typed[name] = form
      .all(name)
      .filter((value) => value !== '')
      .join('\n');
  return typed;
}

/** What the portal says where fields cannot be read; each field says it too. */
export function fieldsWrong(wrong: Record<string, string>): Problem & { wrong: Record<string, string> } {
  return {
    ...problem(
      'field_wrong',
      'Not everything can be read yet',
      Object.values(wrong).join(' '),
      'The fields say what is wrong with them; nothing was sent.',
    ),
    wrong,
  };
}

/** A problem the portal itself found before asking the api. */
export function problem(code: string, title: string, detail: string, next: string): Problem {
  return { type: 'about:blank', title, status: 422, code, detail, next };
}
