import type { ArchivedEntry } from '@uncaged/book/rules';
import { checkMeasure, type Policy, type PolicyPatch } from '@uncaged/governance/rules';
import type { Members } from './members.ts';
import { idOf, type Payload, type Replay, text, type Wrong, wrong } from './replay.ts';

/** A measure that was asked for before there was a vote. */
export interface Measure {
  readonly patch: PolicyPatch;
  /** Hash of the policy it was written against. */
  readonly against: string;
  readonly hours: number;
  readonly signers: Set<string>;
  /** When and as which version it came into force. */
  inForce: { at: Date; version: number } | null;
  /** It is taken back, or nobody signed it in time. */
  over: boolean;
}

/** Emergency measures: within the clauses and hours that the policy allows, signed by different members who may. */
export class Emergencies implements Replay {
  readonly kinds = ['emergency.opened', 'emergency.signed', 'emergency.ended', 'emergency.lapsed'];
  readonly measures = new Map<string, Measure>();
  readonly #inForce: { readonly members: Pick<Members, 'allowed'>; current(): Policy | null };

  constructor(inForce: { readonly members: Pick<Members, 'allowed'>; current(): Policy | null }) {
    this.#inForce = inForce;
  }

  step(entry: ArchivedEntry, payload: Payload | null): Wrong | null {
    const said = payload ? this.#take(entry, payload) : 'does not show what was done in an emergency';
    return said === null ? null : wrong('broken_policy', said);
  }

  #take(entry: ArchivedEntry, payload: Payload): string | null {
    const id = idOf(entry);
    const measure = this.measures.get(id);
    if (text(payload, 'emergencyId') !== id) return 'is about another emergency than it says';
    if (entry.kind === 'emergency.opened')
      return measure ? 'asks for the same measure a second time' : this.#open(entry, id, payload);
    if (!measure || measure.over) return 'is about a measure that nobody asked for, or that is over';
    if (entry.kind === 'emergency.signed') return this.#sign(entry, measure);
    if (entry.kind === 'emergency.lapsed' && measure.inForce) return 'lets a measure lapse that is in force';
    if (entry.kind === 'emergency.ended' && !measure.inForce) return 'ends a measure that was never in force';
    measure.over = true;
    return null;
  }

  #open(entry: ArchivedEntry, id: string, payload: Payload): string | null {
    const policy = this.#inForce.current();
    const patch = payload.patch as unknown as PolicyPatch;
    const { hours } = payload;
    if (!policy || !this.#maySign(entry, policy)) return 'asks for a measure that its author may not sign';
    if (!checkMeasure(policy, patch).ok) return 'changes what an emergency may not change';
    if (typeof hours !== 'number' || hours > (policy.emergencies?.maxHours ?? 0))
      return 'would hold for longer than an emergency may';
    const against = text(payload, 'against');
    this.measures.set(id, { patch, against, hours, signers: new Set(), inForce: null, over: false });
    return null;
  }

  #sign(entry: ArchivedEntry, measure: Measure): string | null {
    const policy = this.#inForce.current();
    if (!policy || !this.#maySign(entry, policy)) return 'is signed by somebody who may not';
    if (measure.inForce || measure.signers.has(entry.actor ?? '')) return 'signs what is signed already';
    measure.signers.add(entry.actor ?? '');
    return null;
  }

  #maySign({ actor }: ArchivedEntry, policy: Policy): boolean {
    return actor !== null && this.#inForce.members.allowed(policy, 'sign_emergency').includes(actor);
  }
}
