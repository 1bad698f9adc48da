import { namesPerson, plainText, sameName } from './names.ts';
import { pathInWords } from './patch.ts';
import type { ConsentUse, Policy } from './policy.ts';

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

/**
 * Holds a prompt against the safeguards of a policy, in the order of their ids; the first that refuses speaks.
 * `consents` are the ones that stand now; `lifted` are clauses that an appeal has lifted for this member's words. Pure: the same policy, prompt and consents give the same verdict.
 */
export function evaluateSafeguards(
  policy: Policy,
  asked: { prompt: string; consents: readonly NamedConsent[]; lifted?: readonly string[] },
): SafeguardVerdict {
  const prompt = plainText(asked.prompt);
  for (const safeguardId of Object.keys(policy.safeguards).sort()) {
    const rule = policy.safeguards[safeguardId];
    const clause = `/safeguards/${safeguardId}`;
    if (!rule || asked.lifted?.includes(clause)) continue;
    const lifted = asked.consents.filter((consent) => consent.use === rule.unlessConsent);
    const matched = rule.names.find(
      (name) => namesPerson(prompt, name) && !lifted.some((consent) => sameName(consent.name, name)),
    );
    if (matched === undefined) continue;
    return { ok: false, code: 'refused_by_safeguard', clause, safeguardId, text: rule.text, matched };
  }
  return { ok: true };
}
