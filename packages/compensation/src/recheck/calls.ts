import { closingPostings, sharePayload, sharesAtClose } from '../calls/closing.ts';
import { placesOf } from '../calls/joining.ts';
import { type TermsPayload, termsFromPayload, termsHash } from '../calls/payload.ts';
import { EarlierDraws, reviewersOf } from '../contributions/drawing.ts';
import { mayCallLater } from '../contributions/finding.ts';
import {
  type Fields,
  type Finding,
  fields,
  idOf,
  list,
  moves,
  type OpenCall,
  type Piece,
  type ReadEntry,
  type Rule,
  type Seen,
  sameList,
  samePostings,
  text,
  wrongSeed,
} from './seen.ts';

function opened({ calls }: Seen, entry: ReadEntry): Finding {
  const payload = fields(entry);
  const id = idOf(entry);
  const terms = termsFromPayload(payload as unknown as TermsPayload);
  const fund = `fund:${text(payload, 'fund')}`;
  if (text(payload, 'callId') !== id || calls.has(id)) return 'opens a call that is another, or open already';
  if (text(payload, 'termsHash') !== termsHash(terms)) return 'names a hash that its terms do not have';
  if (!moves(entry, fund, `escrow:${id}`, terms.budget, terms.currency))
    return 'does not escrow its whole budget';
  calls.set(id, {
    ...{ terms, fund, left: terms.budget, closed: false },
    ...{ joined: new Set(), joiningClosed: null, drawn: null },
    ...{ milestones: new Set(), shared: [], decided: [] },
  });
  return null;
}

function joined({ calls }: Seen, entry: ReadEntry): Finding {
  const call = calls.get(idOf(entry));
  const joining = call?.terms.joining;
  if (!call || joining?.who !== 'drawn' || entry.actor === null || entry.postings.length > 0)
    return 'puts a name down where no places are drawn';
  if (entry.time >= joining.joinBy || call.joiningClosed !== null) return 'puts a name down too late';
  if (call.joined.has(entry.actor)) return 'puts a name down twice';
  call.joined.add(entry.actor);
  return null;
}

function joiningClosed({ calls }: Seen, entry: ReadEntry): Finding {
  const call = calls.get(idOf(entry));
  const joining = call?.terms.joining;
  if (!call || joining?.who !== 'drawn' || call.joiningClosed !== null || entry.time < joining.joinBy)
    return 'closes a list of names that is not to be closed';
  if (!sameList(list(fields(entry), 'joined'), [...call.joined].sort()))
    return 'lists other names than were put down';
  call.joiningClosed = entry.position ?? -1n;
  return entry.postings.length > 0 ? 'moves money' : null;
}

function drawn({ calls, around }: Seen, entry: ReadEntry): Finding {
  const call = calls.get(idOf(entry));
  const joining = call?.terms.joining;
  if (!call || joining?.who !== 'drawn' || call.joiningClosed === null || call.drawn !== null)
    return 'draws places that are not to be drawn';
  const payload = fields(entry);
  const seed = text(payload, 'seed');
  const places = placesOf(idOf(entry), [...call.joined].sort(), joining.seats, seed);
  if (!sameList(list(payload, 'drawn'), places)) return 'draws others than its seed does';
  call.drawn = places;
  if (entry.postings.length > 0) return 'moves money';
  return wrongSeed(around, call.joiningClosed, { size: text(payload, 'size'), seed });
}

function closed(seen: Seen, entry: ReadEntry): Finding {
  const id = idOf(entry);
  const call = seen.calls.get(id);
  if (!call || call.closed) return 'closes no open call';
  const { terms } = call;
  if (entry.time < terms.deadline) return 'closes a call before its deadline';
  const shares = sharesAtClose(terms, call.shared);
  const given = shares.reduce((sum, { amount }) => sum + amount, 0n);
  const said = (fields(entry).shared ?? []) as Fields[];
  const same = sameList(
    said.map((share) => JSON.stringify(Object.entries(share).sort())),
    shares.map((share) => JSON.stringify(Object.entries(sharePayload(share)).sort())),
  );
  if (!same) return 'shares its sums otherwise than by weight';
  if (!samePostings(entry.postings, closingPostings(id, terms.currency, shares, call.left - given)))
    return `does not return the ${call.left - given} that are left`;
  call.left = 0n;
  call.closed = true;
  return wrongDraws(seen, call) ?? wrongDuplicates(seen, call);
}

/** Every draw of reviewers in a call, one after the other, now that all are open; an erased one ends what can be known. */
function wrongDraws({ pieces, around }: Seen, { terms, decided }: OpenCall): Finding {
  if (terms.reviewerSeats === null || !around) return null;
  const inOrder = decided
    .flatMap((id) => {
      const piece = pieces.get(id);
      return piece?.draw ? [{ ...piece, draw: piece.draw }] : [];
    })
    .sort((a, b) => a.draw.rank - b.draw.rank);
  const earlier = new EarlierDraws();
  const rule = { seats: terms.reviewerSeats, needed: terms.reviewsNeeded };
  for (const { id, authorId, opened: said, draw } of inOrder) {
    if (!said || authorId === null) return null;
    const panel = reviewersOf({ id, authorId }, draw.candidates, rule, earlier, said.seed);
    if (!sameList(said.panel, panel)) return `had reviewers drawn for ${id} that the rule does not draw`;
    earlier.push({ authorId, panel });
  }
  return null;
}

/** Every later finding of a call against the first, now that all are open. */
function wrongDuplicates({ pieces }: Seen, { decided }: OpenCall): Finding {
  const later = decided.map((id) => pieces.get(id)).filter((one): one is Piece => Boolean(one?.duplicateOf));
  for (const { found, duplicateOf } of later) {
    const first = pieces.get(duplicateOf ?? '');
    // It may have been rejected after the later one was decided.
    const asThen = first?.found && { ...first.found, state: 'accepted' as const };
    if (!found || !mayCallLater(found, asThen ?? null).ok)
      return `paid ${found?.id} as a later finding of what it is none of`;
  }
  return null;
}

export const callRules: Readonly<Record<string, Rule>> = {
  'call.opened': opened,
  'call.joined': joined,
  'call.joining-closed': joiningClosed,
  'call.drawn': drawn,
  'call.closed': closed,
};
