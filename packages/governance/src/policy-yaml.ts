import type { Operation } from 'rfc6902';
import { LineCounter, parseDocument, stringify } from 'yaml';
import { diffPolicies, type PolicyPatch } from './patch.ts';
import { checkPolicy, type Policy } from './policy.ts';

/** Characters of a policy file; a whole policy is a hundredth of this. */
const yamlMax = 1_000_000;

/** A policy as a file for people: YAML 1.2, in the order of the document. `policyFromYaml` gives the same policy back. */
export function policyToYaml(policy: Policy): string {
  return stringify(policy, { lineWidth: 100, aliasDuplicateObjects: false });
}

export type YamlCheck =
  | { ok: true; policy: Policy }
  | { ok: false; code: 'yaml_invalid'; line: number; reason: string }
  | Extract<ReturnType<typeof checkPolicy>, { ok: false }>;

/**
 * Reads a policy file. Errors in this order: `yaml_invalid` (too long, broken, or with anchors, which a policy has no
 * use for; lines count from 1), then those of `checkPolicy`.
 */
export function policyFromYaml(text: string): YamlCheck {
  if (text.length > yamlMax)
    return { ok: false, code: 'yaml_invalid', line: 1, reason: `longer than ${yamlMax} characters` };
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, version: '1.2', uniqueKeys: true, merge: false });
  const [error] = document.errors;
  if (error) {
    const { line } = lineCounter.linePos(error.pos[0]);
    return { ok: false, code: 'yaml_invalid', line, reason: (error.message.split('\n')[0] ?? '').trim() };
  }
  try {
    return checkPolicy(document.toJS({ maxAliasCount: 0 }));
  } catch {
    return { ok: false, code: 'yaml_invalid', line: 1, reason: 'aliases (*name) have no place in a policy' };
  }
}

/** The patch that leads from one policy to another, a clause an operation. */
export function patchBetween(from: Policy, to: Policy): PolicyPatch {
  return diffPolicies(from, to).map((line): Operation => {
    if (line.after === undefined) return { op: 'remove', path: line.path };
    return { op: line.before === undefined ? 'add' : 'replace', path: line.path, value: line.after };
  });
}
