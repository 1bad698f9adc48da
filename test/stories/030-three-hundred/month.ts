/** What happens in the month of story 030: it depends on the number of a piece alone. */

export interface Piece {
  n: number;
  /** which of the members */
  author: number;
  kind: string;
  text: string;
  minutes?: number;
  units?: number;
  tone?: 'praise' | 'criticism';
}

export interface Fate {
  /** silent: nobody answers, and it is paid */
  reviewed: 'accepted' | 'rejected' | 'split' | 'silent';
  /** found by the author of the piece before it, too */
  later: boolean;
  appealed: boolean;
  /** what a panel says to the appeal */
  panel: 'accept' | 'reject';
}

/** Of ten pieces six are accepted, one is rejected, one divides its reviewers, and two meet silence. */
export function fateOf(n: number): Fate {
  const digit = n % 10;
  const reviewed = digit < 6 ? 'accepted' : digit === 6 ? 'rejected' : digit === 9 ? 'split' : 'silent';
  return {
    reviewed,
    later: n % 50 === 1,
    appealed: n % 20 === 6,
    panel: n % 40 === 6 ? 'accept' : 'reject',
  };
}

const kinds = ['bug', 'bug', 'critique', 'red-team', 'feedback-session', 'recaptioning', 'critique'] as const;

export function pieceOf(n: number, members: number): Piece {
  // The two who find the same thing find a bug.
  const kind = n % 50 < 2 ? 'bug' : (kinds[n % kinds.length] ?? 'bug');
  const words = `#${n} ${n % 2 === 0 ? 'It forgets the door in frame 9.' : 'The light in frame 9 is lovely.'}`;
  return {
    n,
    author: (n * 7) % members,
    kind,
    text: words,
    ...(kind === 'feedback-session' ? { minutes: 30 + (n % 4) * 15 } : {}),
    ...(kind === 'recaptioning' ? { units: 1 + (n % 9) } : {}),
    tone: n % 2 === 0 ? 'criticism' : 'praise',
  };
}

export interface Said {
  answer: { verdict: 'accept' | 'reject'; reason?: string };
  later: boolean;
}

const yes: Said = { answer: { verdict: 'accept' }, later: false };
const no: Said = { answer: { verdict: 'reject', reason: 'Not on my machine.' }, later: false };

/** What the next member says to a piece, or on its panel, when so many have answered; null: nothing. */
export function answerOf(n: number, onPanel: boolean, answers: number): Said | null {
  const { reviewed, later, panel } = fateOf(n);
  if (onPanel) return panel === 'accept' ? yes : no;
  if (reviewed === 'accepted') return { ...yes, later };
  if (reviewed === 'rejected') return no;
  return reviewed === 'split' ? (answers === 1 ? no : yes) : null;
}
