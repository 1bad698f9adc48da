/** What comes out differently, told in groups too large to point at anybody. */
import type { Asked, PastRequest, Refusal } from './outcome.ts';

/** Requests of one sort that would be refused, or allowed, where they were not. */
export interface ChangedOutcomes {
  about: Asked;
  change: 'refused' | 'allowed';
  code: string;
  /** JSON Pointer of the clause that refuses */
  clause: string;
  requests: number;
}

interface Changed {
  memberId: string;
  names: readonly string[];
  /** the clip, where it is one */
  clipId: string | null;
}

interface Group {
  about: Asked;
  change: ChangedOutcomes['change'];
  code: string;
  clause: string;
  changed: Changed[];
}

/**
 * Gathers requests whose outcome differs. What a name refuses counts only where at least `floor` members said that
 * name, and no group of fewer is told: a patch is no way to ask who wrote a word.
 */
export class Changes {
  readonly #groups = new Map<string, Group>();
  readonly #floor: number;

  constructor(floor: number) {
    this.#floor = floor;
  }

  add(asked: PastRequest, before: Refusal | null, after: Refusal | null): void {
    const refusal = before ?? after;
    if (refusal === null || (before !== null && after !== null)) return;
    const change = after === null ? 'allowed' : 'refused';
    const { code, clause, names } = refusal;
    const key = [asked.about, change, clause, code].join(' ');
    const group = this.#groups.get(key) ?? { about: asked.about, change, code, clause, changed: [] };
    group.changed.push({ memberId: asked.memberId, names, clipId: asked.about === 'clip' ? asked.id : null });
    this.#groups.set(key, group);
  }

  /** The groups that may be told, by what was asked, the change and the clause. */
  told(): { outcomes: ChangedOutcomes[]; refusedClips: Set<string> } {
    const outcomes: ChangedOutcomes[] = [];
    const refusedClips = new Set<string>();
    for (const key of [...this.#groups.keys()].sort()) {
      const { changed, ...about } = this.#groups.get(key) as Group;
      const tellable = this.#tellable(changed);
      if (members(tellable).size < this.#floor) continue;
      outcomes.push({ ...about, requests: tellable.length });
      if (about.change === 'allowed') continue;
      for (const { clipId } of tellable) if (clipId !== null) refusedClips.add(clipId);
    }
    return { outcomes, refusedClips };
  }

  #tellable(changed: readonly Changed[]): Changed[] {
    const whoSaid = new Map<string, Set<string>>();
    for (const { memberId, names } of changed)
      for (const name of names) {
        const said = whoSaid.get(name) ?? new Set();
        whoSaid.set(name, said.add(memberId));
      }
    const often = (name: string) => (whoSaid.get(name)?.size ?? 0) >= this.#floor;
    return changed.filter(({ names }) => names.length === 0 || names.some(often));
  }
}

const members = (changed: readonly Changed[]) => new Set(changed.map(({ memberId }) => memberId));
