import type { ArchivedEntry } from '@uncaged/book/rules';
import type { Policy } from '@uncaged/governance/rules';
import { idOf, type Payload, type Replay, text, type Wrong } from './replay.ts';

/** Who belongs, and in which roles: what decides who may vote. */
export class Members implements Replay {
  readonly kinds = ['collective.founded', 'member.joined', 'role.granted', 'member.erased'];
  readonly #roles = new Map<string, Set<string>>();
  readonly #policy: () => Policy | null;
  #founder: string | null = null;

  constructor(policy: () => Policy | null) {
    this.#policy = policy;
  }

  step(entry: ArchivedEntry, payload: Payload | null): Wrong | null {
    const id = idOf(entry);
    if (entry.kind === 'collective.founded') this.#founder = entry.actor;
    else if (entry.kind === 'member.erased') this.#roles.delete(id);
    else if (entry.kind === 'role.granted') this.#roles.get(id)?.add(text(payload ?? {}, 'role'));
    else {
      const { founderRoles = [], memberRoles = [] } = this.#policy()?.membership ?? {};
      this.#roles.set(id, new Set(id === this.#founder ? founderRoles : memberRoles));
    }
    return null;
  }

  /** The ids of those who may vote under this policy, sorted. */
  eligible({ voting }: Policy): string[] {
    const may = [...this.#roles].filter(([, roles]) => voting.eligibleRoles.some((role) => roles.has(role)));
    return may.map(([id]) => id).sort();
  }
}
