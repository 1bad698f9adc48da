import type { ArchivedEntry } from '@uncaged/book/rules';
import { type Act, mayDo, type Policy } from '@uncaged/governance/rules';
import { idOf, type Payload, type Replay, text, type Wrong, wrong } from './replay.ts';

/** Who an election that passed gave a role to. */
export interface Elected {
  readonly role: string;
  readonly memberIds: readonly string[];
}

/** Who belongs, and in which roles: what decides who may vote. */
export class Members implements Replay {
  readonly kinds = ['collective.founded', 'member.joined', 'role.granted', 'role.ended', 'member.erased'];
  readonly #roles = new Map<string, Set<string>>();
  readonly #policy: () => Policy | null;
  readonly #elected: (proposalId: string) => Elected | null;
  #founder: string | null = null;
  /** Answers of `holding` by the roles asked for, until somebody's roles change. */
  readonly #holding = new Map<string, readonly string[]>();

  constructor(policy: () => Policy | null, elected: (proposalId: string) => Elected | null) {
    this.#policy = policy;
    this.#elected = elected;
  }

  step(entry: ArchivedEntry, payload: Payload | null): Wrong | null {
    this.#holding.clear();
    const id = idOf(entry);
    if (entry.kind === 'collective.founded') this.#founder = entry.actor;
    else if (entry.kind === 'member.erased') this.#roles.delete(id);
    else if (entry.kind === 'role.granted' || entry.kind === 'role.ended') {
      const grants = entry.kind === 'role.granted';
      const role = text(payload ?? {}, 'role');
      if (!this.#lawful(id, role, grants, payload ?? {}))
        return wrong('broken_vote', `${grants ? 'grants' : 'ends'} a role, and no election says so`);
      if (grants) this.#roles.get(id)?.add(role);
      else this.#roles.get(id)?.delete(role);
    } else {
      const { founderRoles = [], memberRoles = [] } = this.#policy()?.membership ?? {};
      this.#roles.set(id, new Set(id === this.#founder ? founderRoles : memberRoles));
    }
    return null;
  }

  /** Whether an election stands behind a role that is granted or ended; without one, only the founder is given theirs. */
  #lawful(memberId: string, role: string, grants: boolean, payload: Payload): boolean {
    if (payload.proposalId === undefined) return grants && memberId === this.#founder;
    if (text(payload, 'memberId') !== memberId) return false;
    const election = this.#elected(text(payload, 'proposalId'));
    return election !== null && election.role === role && election.memberIds.includes(memberId) === grants;
  }

  /** The ids of those who may vote under this policy, sorted. */
  eligible({ voting }: Policy): readonly string[] {
    return this.holding(voting.eligibleRoles);
  }

  /** The ids of those whose role lets them do this under a policy, sorted. */
  allowed(policy: Policy, act: Act): readonly string[] {
    return this.holding(Object.keys(policy.roles).filter((role) => mayDo(policy, [role], act)));
  }

  /** The ids of those who hold any of these roles, sorted. */
  holding(roles: readonly string[]): readonly string[] {
    const asked = JSON.stringify(roles);
    const known = this.#holding.get(asked);
    if (known) return known;
    const holders = [...this.#roles].filter(([, held]) => roles.some((role) => held.has(role)));
    const ids = holders.map(([id]) => id).sort();
    this.#holding.set(asked, ids);
    return ids;
  }
}
