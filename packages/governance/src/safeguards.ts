import {
  anyOf,
  namesPerson,
  type PlainText,
  plainText,
  type SoughtName,
  sameName,
  soughtName,
} from './names.ts';
import { pathInWords } from './patch.ts';
import type { ConsentUse, Policy, Safeguard } from './policy.ts';

/** What a clause says to a person: a safeguard's own words, else its path in words. */
export function clauseWords(policy: Policy, clause: string): string {
  const [, part, id] = clause.split('/');
  return (part === 'safeguards' && policy.safeguards[id ?? '']?.text) || pathInWords(clause);
}

/** A yes that stands: this person allows this use. */
export interface NamedConsent {
  name: string;
  use: ConsentUse;
}

export type SafeguardVerdict =
  | { ok: true }
  | {
      ok: false;
      code: 'refused_by_safeguard';
      /** JSON Pointer of the clause in the policy */
      clause: string;
      safeguardId: string;
      /** what the policy says to the person refused */
      text: string;
      /** the name as the policy lists it */
      matched: string;
    };

/** The names of a safeguard as they are looked for; a policy's lists are long and hold for many prompts. */
interface Prepared {
  names: { name: string; sought: SoughtName }[];
  any: RegExp | null;
}
const prepared = new WeakMap<Safeguard, Prepared>();
function prepare(rule: Safeguard): Prepared {
  let ready = prepared.get(rule);
  if (!ready) {
    const names = rule.names.map((name) => ({ name, sought: soughtName(name) }));
    ready = { names, any: anyOf(names.map(({ sought }) => sought)) };
    prepared.set(rule, ready);
  }
  return ready;
}

function* namesSaid(rule: Safeguard, prompt: PlainText, consents: readonly NamedConsent[]) {
  const { names, any } = prepare(rule);
  if (!any?.test(prompt.joined)) return;
  for (const { name, sought } of names) {
    if (!namesPerson(prompt, sought)) continue;
    const given = (consent: NamedConsent) =>
      consent.use === rule.unlessConsent && sameName(consent.name, name);
    if (!consents.some(given)) yield name;
  }
}

/** Every name for which one safeguard refuses a prompt, as the policy lists them. */
export function refusedNames(
  policy: Policy,
  safeguardId: string,
  asked: { prompt: string; consents: readonly NamedConsent[] },
): string[] {
  const rule = policy.safeguards[safeguardId];
  return rule ? [...namesSaid(rule, plainText(asked.prompt), asked.consents)] : [];
}

/**
 * Holds a prompt against the safeguards of a policy, in the order of their ids; the first that refuses speaks.
 * `consents` are the ones that stand now; `lifted` are clauses that an appeal has lifted for this member's words. Pure: the same policy, prompt and consents give the same verdict.
 */
export function evaluateSafeguards(
  policy: Policy,
  asked: { prompt: string; consents: readonly NamedConsent[]; lifted?: readonly string[] },
): SafeguardVerdict {
  const ids = Object.keys(policy.safeguards).sort();
  if (ids.length === 0) return { ok: true };
  const prompt = plainText(asked.prompt);
  for (const safeguardId of ids) {
    const rule = policy.safeguards[safeguardId];
    const clause = `/safeguards/${safeguardId}`;
    if (!rule || asked.lifted?.includes(clause)) continue;
    for (const matched of namesSaid(rule, prompt, asked.consents))
      return { ok: false, code: 'refused_by_safeguard', clause, safeguardId, text: rule.text, matched };
  }
  return { ok: true };
}
