/** What becomes of a request under a policy: the decisions that admit it, without the world around it. */
import type { NamedConsent } from '@uncaged/governance';
import { evaluateSafeguards, fineTuneRules, type Policy, refusedNames } from '@uncaged/governance/rules';
import { decideFineTune, type RawFineTune } from '../fine-tunes/request.ts';
import { clauseOf, retiredIn, withinCap } from '../limits.ts';
import { decideWish, type RawRequest } from '../request.ts';

export type Asked = 'clip' | 'fine_tune';

/** A clip or a fine-tune as it was asked for. */
export type PastRequest = {
  memberId: string;
  modelId: string | null;
  /** milliseconds since 1970 */
  at: number;
  /** when it made room for the next; null while it has not */
  endedAt: number | null;
} & (
  | { about: 'clip'; id: string; raw: RawRequest }
  | { about: 'fine_tune'; raw: RawFineTune; texts: string[] }
);

/** What stands outside the policy, the same on both sides: consents and the appeals that lifted a clause. */
export interface Standing {
  consents: readonly NamedConsent[];
  lifted(asked: { memberId: string; words: string; clauses: readonly string[] }): string[];
}

/** Why a policy refuses; `names` are all of a safeguard's that the words hold. */
export interface Refusal {
  code: string;
  clause: string;
  names: string[];
}

/** One policy's view of what was asked, in the order it was asked: it remembers who waits for what. */
export class Retelling {
  readonly #policy: Policy;
  readonly #standing: Standing;
  readonly #clauses: string[];
  /** by member: when each clip still being made will have made room */
  readonly #outstanding = new Map<string, number[]>();

  constructor(policy: Policy, standing: Standing) {
    this.#policy = policy;
    this.#standing = standing;
    this.#clauses = Object.keys(policy.safeguards).map((id) => `/safeguards/${id}`);
  }

  /** Null where the policy allows it. */
  refusal(asked: PastRequest): Refusal | null {
    const limit = this.#limit(asked);
    if (limit !== null) return { code: limit, clause: clauseOf(asked.about, limit), names: [] };
    const texts = asked.about === 'clip' ? [asked.raw.prompt] : asked.texts;
    for (const prompt of texts) {
      const refused = this.#safeguard(asked.memberId, prompt);
      if (refused) return refused;
    }
    if (asked.about === 'clip') this.#admit(asked);
    return null;
  }

  #limit(asked: PastRequest): string | null {
    const { studio } = this.#policy;
    const decided =
      asked.about === 'clip'
        ? decideWish(asked.raw, studio, 0)
        : decideFineTune(asked.raw, { ...fineTuneRules(this.#policy), ...studio }, 0);
    if (!decided.ok) return decided.code;
    if (asked.modelId !== null && retiredIn(this.#policy, asked.modelId) !== null) return 'model_retired';
    if (asked.about === 'clip' && !withinCap(this.#policy, this.#waiting(asked)))
      return 'too_many_outstanding';
    return null;
  }

  #safeguard(memberId: string, prompt: string): Refusal | null {
    const { consents } = this.#standing;
    let verdict = evaluateSafeguards(this.#policy, { prompt, consents });
    if (verdict.ok) return null;
    const lifted = this.#standing.lifted({ memberId, words: prompt, clauses: this.#clauses });
    if (lifted.length > 0) verdict = evaluateSafeguards(this.#policy, { prompt, consents, lifted });
    if (verdict.ok) return null;
    const names = refusedNames(this.#policy, verdict.safeguardId, { prompt, consents });
    return { code: verdict.code, clause: verdict.clause, names };
  }

  #waiting({ memberId, at }: PastRequest): number {
    const still = (this.#outstanding.get(memberId) ?? []).filter((endedAt) => endedAt > at);
    this.#outstanding.set(memberId, still);
    return still.length;
  }

  #admit({ memberId, endedAt }: PastRequest): void {
    this.#outstanding.get(memberId)?.push(endedAt ?? Number.POSITIVE_INFINITY);
  }
}
