import { applyPatch, type Operation } from 'rfc6902';
import { checkPolicy, type Policy, type PolicyCheck, type ProposalKind } from './policy.ts';

export type PolicyPatch = readonly Operation[];

type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** One changed clause. `before` is absent where the clause is new, `after` where it is removed. */
export interface DiffLine {
  path: string;
  words: string;
  before?: Json;
  after?: Json;
}

const pointer = /^(\/([^~/]|~[01])*)*$/;
const forbidden = new Set(['__proto__', 'constructor', 'prototype']);

function readToken(token: string): string {
  return token.replaceAll('~1', '/').replaceAll('~0', '~');
}
function writeToken(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}

/** "/compensation/rates/red-team" → "compensation: rates: red-team"; camelCase is taken apart. */
export function pathInWords(path: string): string {
  return path
    .split('/')
    .slice(1)
    .map((token) => readToken(token).replace(/([a-z])([A-Z])/g, (_, a, b) => `${a} ${b.toLowerCase()}`))
    .join(': ');
}

function refuse(field: string, reason: string): Extract<PolicyCheck, { ok: false }> {
  return { ok: false, code: 'policy_patch_invalid', field, reason };
}

function badPath(operation: Operation): string | null {
  const paths = 'from' in operation ? [operation.path, operation.from] : [operation.path];
  return (
    paths.find(
      (path) => !pointer.test(path) || path.split('/').some((token) => forbidden.has(readToken(token))),
    ) ?? null
  );
}

/**
 * Applies a JSON Patch (RFC 6902) to a policy and checks the outcome; neither argument is changed.
 * Errors, in this order: a path that is no JSON Pointer, an operation that finds nothing to work on (or a `test`
 * that fails), an outcome that the policy schema refuses. All are `policy_patch_invalid` and name the field.
 */
export function patchPolicy(policy: Policy, patch: PolicyPatch): PolicyCheck {
  for (const operation of patch) {
    const path = badPath(operation);
    if (path !== null) return refuse(path, 'is no JSON Pointer into the policy');
  }
  const target: unknown = structuredClone(policy);
  const results = applyPatch(target, structuredClone([...patch]));
  const failed = results.findIndex((result) => result !== null);
  const operation = patch[failed];
  if (operation) {
    const reason =
      operation.op === 'test' ? 'is not what the patch expects there' : `has nothing to ${operation.op}`;
    return refuse(operation.path, reason);
  }
  return checkPolicy(target);
}

function isObject(value: Json | undefined): value is { [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether two clauses say the same, or are both absent. */
export function sameJson(a: Json | undefined, b: Json | undefined): boolean {
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((item, i) => sameJson(item, b[i]));
  if (isObject(a) && isObject(b)) {
    const keys = Object.keys(a);
    return keys.length === Object.keys(b).length && keys.every((key) => key in b && sameJson(a[key], b[key]));
  }
  return a === b;
}

function collect(path: string, before: Json | undefined, after: Json | undefined, lines: DiffLine[]): void {
  if (sameJson(before, after)) return;
  if (isObject(before) && isObject(after)) {
    for (const key of [...new Set([...Object.keys(before), ...Object.keys(after)])].sort())
      collect(`${path}/${writeToken(key)}`, before[key], after[key], lines);
    return;
  }
  const line: DiffLine = { path, words: pathInWords(path) };
  if (before !== undefined) line.before = before;
  if (after !== undefined) line.after = after;
  lines.push(line);
}

/** The clauses in which two policies differ, in the order of their paths. A list is one clause. */
export function diffPolicies(before: Policy, after: Policy): DiffLine[] {
  const lines: DiffLine[] = [];
  collect('', before as Json, after as Json, lines);
  return lines;
}

/** Whether one path is the other or lies inside it. */
export function pathsTouch(one: string, other: string): boolean {
  return one === other || one.startsWith(`${other}/`) || other.startsWith(`${one}/`);
}

function inside(path: string, part: string): boolean {
  return path === part || path.startsWith(`${part}/`);
}

export type PatchStanding = { ok: true; policy: Policy } | { ok: false; code: 'clash'; paths: string[] };

/**
 * Puts a patch that was voted on against `written` onto the policy now in force. It stands when both sides changed
 * different clauses and the outcome changes exactly what was voted on; everything else is a clash, which only a
 * vote resolves. Patches that do not clash give the same policy in any order.
 */
export function patchOnto(written: Policy, inForce: Policy, patch: PolicyPatch): PatchStanding {
  const voted = patchPolicy(written, patch);
  if (!voted.ok) return { ok: false, code: 'clash', paths: [voted.field] };
  const wanted = diffPolicies(written, voted.policy);
  const moved = diffPolicies(written, inForce);
  const clashing = wanted.filter((line) => moved.some((other) => pathsTouch(line.path, other.path)));
  if (clashing.length > 0) return { ok: false, code: 'clash', paths: clashing.map((line) => line.path) };
  const outcome = patchPolicy(inForce, patch);
  if (!outcome.ok) return { ok: false, code: 'clash', paths: [outcome.field] };
  const changed = diffPolicies(inForce, outcome.policy);
  if (!sameJson(changed as unknown as Json, wanted as unknown as Json))
    return { ok: false, code: 'clash', paths: changed.map((line) => line.path) };
  return { ok: true, policy: outcome.policy };
}

/**
 * The words of a patch that was voted on against `written`, put over the policy now in force: each clause that it
 * changed, as it would have been. Null when that changes nothing any more, or makes no policy.
 */
export function rebasedPatch(written: Policy, inForce: Policy, patch: PolicyPatch): PolicyPatch | null {
  const voted = patchPolicy(written, patch);
  if (!voted.ok) return null;
  const over = diffPolicies(written, voted.policy).flatMap((line): Operation[] => {
    const stands = clauseAt(inForce, line.path);
    if (line.after === undefined) return stands === undefined ? [] : [{ op: 'remove', path: line.path }];
    if (sameJson(stands, line.after)) return [];
    return [{ op: stands === undefined ? 'add' : 'replace', path: line.path, value: line.after }];
  });
  return over.length > 0 && patchPolicy(inForce, over).ok ? over : null;
}

/** What stands at a JSON Pointer; undefined where nothing does. A list is one clause. */
export function clauseAt(policy: Policy, path: string): Json | undefined {
  const document = policy as Json;
  return path
    .split('/')
    .slice(1)
    .reduce<Json | undefined>(
      (part, token) => (isObject(part) ? part[readToken(token)] : undefined),
      document,
    );
}

export type PatchForKind =
  | { ok: true; policy: Policy; diff: DiffLine[] }
  | Extract<PolicyCheck, { ok: false }>
  | { ok: false; code: 'patch_changes_nothing' }
  | { ok: false; code: 'patch_outside_kind'; path: string }
  | { ok: false; code: 'open_question_has_patch' };

/** What a proposal of a kind may change, as JSON Pointers; null: the whole document; none: nothing. */
const scopes: Record<ProposalKind, readonly string[] | null> = {
  safeguard: ['/safeguards'],
  policy: null,
  open: [],
  feature: ['/studio', '/fineTunes', '/features'],
  rate_card: ['/compensation'],
  call: ['/grants'],
  model: ['/models'],
  dataset: ['/datasets'],
  membership: ['/membership', '/roles'],
  election: [],
  emergency: [],
  charter: ['/charter'],
};

/** Whether a proposal of this kind, once passed, changes the policy. */
export function changesPolicy(kind: ProposalKind): boolean {
  return scopes[kind]?.length !== 0;
}

/**
 * Whether a proposal of this kind may carry this patch. Kinds may pass more easily than a change of policy, so each
 * may touch nothing but its own part. An open question and an election change nothing; nor does the vote on an
 * emergency measure, which only says whether what was signed stays.
 */
export function patchForKind(kind: ProposalKind, policy: Policy, patch: PolicyPatch): PatchForKind {
  if (!changesPolicy(kind))
    return patch.length > 0 ? { ok: false, code: 'open_question_has_patch' } : { ok: true, policy, diff: [] };
  const outcome = patchPolicy(policy, patch);
  if (!outcome.ok) return outcome;
  const diff = diffPolicies(policy, outcome.policy);
  if (diff.length === 0) return { ok: false, code: 'patch_changes_nothing' };
  const scope = scopes[kind];
  const outside = scope && diff.find((line) => !scope.some((part) => inside(line.path, part)));
  if (outside) return { ok: false, code: 'patch_outside_kind', path: outside.path };
  return { ok: true, policy: outcome.policy, diff };
}
