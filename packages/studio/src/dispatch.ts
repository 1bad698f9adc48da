/** A clip that waits, or a fine-tune. */
export interface Waiting {
  id: string;
  memberId: string;
  /** Milliseconds since the epoch. */
  queuedAt: number;
  /** Milliseconds it is thought to take; left out: what clips take. */
  costMs?: number;
}

/** What the machine did for a member in the voted window. */
export interface Served {
  /** GPU milliseconds used, those of running leases included. */
  gpuMs: number;
  /** When a lease for this member last began, in milliseconds since the epoch; null: never. */
  lastServedAt: number | null;
}

/**
 * The order in which waiting clips will be served: always a clip of the member with the least GPU time, at a
 * tie of the one served least recently, then of the one who has waited longest; a member's own clips first
 * come, first served. Each turn is thought to cost `typicalMs` where nothing else is said. Pure: the same input gives the same order.
 */
export function queueOrder(
  waiting: readonly Waiting[],
  past: ReadonlyMap<string, Served>,
  typicalMs: number,
): Waiting[] {
  const members = new Map<string, { turn: Served; clips: Waiting[] }>();
  for (const clip of [...waiting].sort(byArrival)) {
    const member = members.get(clip.memberId);
    if (member) member.clips.push(clip);
    else
      members.set(clip.memberId, {
        turn: { ...(past.get(clip.memberId) ?? { gpuMs: 0, lastServedAt: null }) },
        clips: [clip],
      });
  }
  const order: Waiting[] = [];
  let turn = Math.max(0, ...[...past.values()].map(({ lastServedAt }) => lastServedAt ?? 0));
  while (members.size > 0) {
    const [memberId, next] = [...members].reduce((best, other) =>
      isBefore(other[1], best[1]) ? other : best,
    );
    const served = next.clips.shift() as Waiting;
    order.push(served);
    if (next.clips.length === 0) members.delete(memberId);
    turn += 1;
    next.turn.gpuMs += served.costMs ?? typicalMs;
    next.turn.lastServedAt = turn;
  }
  return order;
}

interface Queued {
  turn: Served;
  clips: Waiting[];
}

function isBefore(one: Queued, other: Queued): boolean {
  if (one.turn.gpuMs !== other.turn.gpuMs) return one.turn.gpuMs < other.turn.gpuMs;
  const [mine, theirs] = [one.turn.lastServedAt ?? -1, other.turn.lastServedAt ?? -1];
  if (mine !== theirs) return mine < theirs;
  return byArrival(one.clips[0] as Waiting, other.clips[0] as Waiting) < 0;
}

function byArrival(one: Waiting, other: Waiting): number {
  return one.queuedAt - other.queuedAt || (one.id < other.id ? -1 : one.id > other.id ? 1 : 0);
}

/**
 * Seconds until a clip at `position` (1 is next) is done, with `running` clips under way on `workers` workers.
 * `typicalMs` is the mean of recently measured clips; `longerMs` is what others before it take beyond that.
 */
export function estimateSeconds(
  position: number,
  running: number,
  workers: number,
  typicalMs: number,
  longerMs = 0,
): number {
  const lanes = Math.max(1, workers);
  return Math.ceil(
    (Math.ceil((position + running) / lanes) * typicalMs + Math.max(0, longerMs) / lanes) / 1000,
  );
}
