import { drawn } from '@uncaged/governance/rules';
import type { CallTerms } from './terms.ts';

/** What became of the places of a call: who put their name down, and who was drawn once that was over. */
export interface Places {
  joined: readonly string[];
  /** null while nobody is drawn, and where nobody is */
  drawn: readonly string[] | null;
}

export type JoinCode = 'may_not_join' | 'places_not_drawn';

/** Whether a member may hand in work under these terms. Errors: places_not_drawn, may_not_join. */
export function mayHandIn(
  { joining }: Pick<CallTerms, 'joining'>,
  places: Pick<Places, 'drawn'>,
  memberId: string,
): { ok: true } | { ok: false; code: JoinCode } {
  if (joining.who === 'members') return { ok: true };
  if (joining.who === 'invited')
    return joining.members.includes(memberId) ? { ok: true } : { ok: false, code: 'may_not_join' };
  if (places.drawn === null) return { ok: false, code: 'places_not_drawn' };
  return places.drawn.includes(memberId) ? { ok: true } : { ok: false, code: 'may_not_join' };
}

export type PutDownCode = 'nothing_is_drawn' | 'joining_over' | 'already_joined';

/** Whether a member may put their name down now. Errors in this order: nothing_is_drawn, joining_over, already_joined. */
export function mayPutDown(
  { joining }: Pick<CallTerms, 'joining'>,
  joined: readonly string[],
  memberId: string,
  now: Date,
): { ok: true } | { ok: false; code: PutDownCode } {
  if (joining.who !== 'drawn') return { ok: false, code: 'nothing_is_drawn' };
  if (now >= joining.joinBy) return { ok: false, code: 'joining_over' };
  return joined.includes(memberId) ? { ok: false, code: 'already_joined' } : { ok: true };
}

/** Who gets the places, drawn by the root (hex) of the first checkpoint over the entry that closed the list. */
export function placesOf(callId: string, joined: readonly string[], seats: number, seed: string): string[] {
  return drawn(joined, seats, seed, `places:${callId}`);
}
