import type { Packed } from './papers.ts';
import { asText, compare, dividedBy, minus, plus, type Rational, rational, times, zero } from './rational.ts';
import type { StvDetail, StvRound } from './types.ts';

/** Whether fractions stay exact, or are cut after five decimals as Scottish law has it. */
export type Precision = 'exact' | 'five_decimals';

/**
 * Scottish STV, the weighted inclusive Gregory method: Scottish Local Government Elections Order 2007, schedule 1,
 * rules 45 to 52. Three things differ, each on purpose: fractions are exact unless `five_decimals` asks for the Order's
 * own rounding; where the Order draws lots, the order put forward decides; of more than two who tie, those whom the last
 * round cannot tell apart are looked back for further.
 */
export function countStv(
  papers: Packed,
  seats: number,
  precision: Precision = 'exact',
): { detail: StvDetail; elected: string[] } {
  const count = new Count(papers, seats, precision);
  count.run();
  const { valid, quota, rounds, elected } = count;
  return { detail: { seats, valid, quota: asText(quota), rounds }, elected };
}

/** Where each paper begins. */
function startsOf({ places, end, counts }: Packed): Int32Array {
  const starts = new Int32Array(counts.length);
  let at = 0;
  for (let paper = 0; paper < counts.length; paper += 1) {
    starts[paper] = at;
    while (places[at] !== end) at += 1;
    at += 1;
  }
  return starts;
}

const fiveDecimals = 100_000n;

class Count {
  readonly #options: readonly string[];
  readonly #seats: number;
  readonly #papers: Packed;
  readonly #precision: Precision;
  /** by place: of each option, how things stand */
  readonly #state: ('continuing' | 'elected' | 'excluded')[];
  readonly #votes: Rational[];
  /** by place: the papers it holds */
  readonly #piles: number[][];
  /** by paper: the preference it counts for, and which of `#values` it is worth */
  readonly #at: Int32Array;
  readonly #worth: Int32Array;
  readonly #values: Rational[] = [rational(1n)];
  /** by place, then by value: how many papers of that value it holds */
  readonly #held: number[][];
  /** by value: papers that name no further option that continues */
  readonly #aside: number[] = [];
  readonly #passedOn = new Set<number>();
  /** by round: the votes of each place */
  readonly #history: Rational[][] = [];
  readonly valid: number;
  readonly quota: Rational;
  readonly rounds: StvRound[] = [];
  readonly elected: string[] = [];

  constructor(papers: Packed, seats: number, precision: Precision) {
    const { options, counts } = papers;
    this.#options = options;
    this.#seats = seats;
    this.#papers = papers;
    this.#at = startsOf(papers);
    this.#worth = new Int32Array(counts.length);
    this.#precision = precision;
    this.valid = counts.reduce((sum, count) => sum + count, 0);
    this.quota = rational(BigInt(this.valid) / BigInt(seats + 1) + 1n);
    this.#state = options.map(() => 'continuing');
    this.#votes = options.map(() => zero);
    this.#held = options.map(() => []);
    this.#piles = options.map(() => []);
  }

  run(): void {
    for (let paper = 0; paper < this.#worth.length; paper += 1) this.#give(paper);
    this.#close({ did: 'first_preferences' });
    while (this.valid > 0 && this.elected.length < this.#seats && this.#places('continuing').length > 0) {
      const continuing = this.#places('continuing');
      const surplus = this.#places('elected').filter(
        (place) => !this.#passedOn.has(place) && compare(this.#of(place), this.quota) > 0,
      );
      if (continuing.length <= this.#seats - this.elected.length) this.#close({ did: 'last_seats' });
      else if (surplus.length > 0) this.#passOnSurplus(surplus);
      else this.#exclude(continuing);
    }
  }

  #of(place: number): Rational {
    return this.#votes[place] as Rational;
  }

  #places(state: string): number[] {
    return this.#state.flatMap((own, place) => (own === state ? [place] : []));
  }

  /** Lays a paper on the pile of the option it stands at, or of the next one that continues; or aside. */
  #give(paper: number): void {
    const { places, end, tie, counts } = this.#papers;
    let at = this.#at[paper] as number;
    let place = places[at] as number;
    while (place !== end && places[at + 1] !== tie && this.#state[place] !== 'continuing') {
      at += 1;
      place = places[at] as number;
    }
    // A rank that is shared says no more who is next.
    if (places[at + 1] === tie) place = end;
    this.#at[paper] = at;
    if (place !== end) (this.#piles[place] as number[]).push(paper);
    const held = place === end ? this.#aside : (this.#held[place] as number[]);
    const worth = this.#worth[paper] as number;
    held[worth] = (held[worth] ?? 0) + (counts[paper] as number);
  }

  /** Takes all papers of an option and gives each to the next it names, worth what `newWorth` makes of its worth. */
  #passOn(place: number, newWorth: (worth: number) => number): void {
    const pile = this.#piles[place] as number[];
    const worths: number[] = [];
    this.#piles[place] = [];
    this.#held[place] = [];
    for (const paper of pile) {
      const worth = this.#worth[paper] as number;
      const passed = worths[worth] ?? newWorth(worth);
      worths[worth] = passed;
      this.#worth[paper] = passed;
      this.#give(paper);
    }
  }

  #passOnSurplus(candidates: number[]): void {
    const { place, tie } = this.#pick(candidates, 'surpluses');
    const votes = this.#of(place);
    const surplus = minus(votes, this.quota);
    const transfer = dividedBy(surplus, votes);
    this.#passOn(place, (worth) => {
      const value = times(this.#values[worth] as Rational, transfer);
      this.#values.push(this.#precision === 'exact' ? value : floorToFive(value));
      return this.#values.length - 1;
    });
    this.#passedOn.add(place);
    this.#close({
      did: 'surplus',
      option: this.#options[place] as string,
      transfer: asText(transfer),
      ...(tie ? { tie } : {}),
    });
  }

  #exclude(continuing: number[]): void {
    const { place, tie } = this.#pick(continuing, 'exclusions');
    this.#state[place] = 'excluded';
    this.#passOn(place, (worth) => worth);
    this.#close({ did: 'exclusion', option: this.#options[place] as string, ...(tie ? { tie } : {}) });
  }

  /** Whose turn it is: the largest surplus or the fewest votes; see {@link #lookBack} for ties. */
  #pick(candidates: number[], between: 'surpluses' | 'exclusions') {
    const sign = between === 'surpluses' ? 1 : -1;
    const tied = extremes(candidates, this.#votes, sign);
    if (tied.length === 1) return { place: tied[0] as number, tie: null };
    const { place, round } = this.#lookBack(tied, sign);
    return { place, tie: { options: tied.map((one) => this.#options[one] as string), between, round } };
  }

  /**
   * Tells equals apart by the last round in which they were not equal, and those whom it leaves equal by the rounds
   * before; else by the order put forward, the earlier one faring better.
   */
  #lookBack(tied: readonly number[], sign: 1 | -1): { place: number; round: number | null } {
    let left = [...tied];
    for (let round = this.#history.length; round > 0; round -= 1) {
      left = extremes(left, this.#history[round - 1] as Rational[], sign);
      if (left.length === 1) return { place: left[0] as number, round };
    }
    return { place: (sign > 0 ? left[0] : left.at(-1)) as number, round: null };
  }

  /** Ends a round: counts what each option holds, and elects who has reached the quota, or takes what seats are left. */
  #close(done: Pick<StvRound, 'did' | 'option' | 'transfer' | 'tie'>): void {
    for (const place of this.#options.keys()) {
      if (this.#passedOn.has(place)) this.#votes[place] = this.quota;
      else this.#votes[place] = this.#worthOf(this.#held[place] as number[]);
    }
    const reach = this.#places('continuing').filter(
      (place) => done.did === 'last_seats' || compare(this.#of(place), this.quota) >= 0,
    );
    const elected: string[] = [];
    while (reach.length > 0) {
      const { place } = this.#pick(reach, 'surpluses');
      reach.splice(reach.indexOf(place), 1);
      this.#state[place] = 'elected';
      elected.push(this.#options[place] as string);
    }
    this.#history.push([...this.#votes]);
    this.elected.push(...elected);
    // Exact fractions lose nothing: what is set aside is what is missing. Cut fractions lose what they are cut by too.
    const missing =
      this.#precision === 'exact'
        ? this.#worthOf(this.#aside)
        : minus(rational(BigInt(this.valid)), this.#votes.reduce(plus, zero));
    this.rounds.push({
      ...done,
      votes: this.#options.map((option, place) => ({
        option,
        votes: asText(this.#of(place)),
        state: this.#state[place] as 'continuing',
      })),
      nontransferable: asText(missing),
      elected,
    });
  }

  #worthOf(held: readonly number[]): Rational {
    let sum = zero;
    held.forEach((papers, worth) => {
      sum = plus(sum, times(rational(BigInt(papers)), this.#values[worth] as Rational));
    });
    return sum;
  }
}

/** Those with the most (`sign` 1) or the fewest (-1). */
function extremes(places: readonly number[], votes: readonly Rational[], sign: 1 | -1): number[] {
  let best: number[] = [];
  for (const place of places) {
    const order = best.length === 0 ? 1 : compareAt(votes, place, best[0] as number) * sign;
    if (order > 0) best = [place];
    else if (order === 0) best.push(place);
  }
  return best;
}

const compareAt = (votes: readonly Rational[], a: number, b: number) =>
  compare(votes[a] as Rational, votes[b] as Rational);

/** Rule 48 (3): to five decimal places, any remainder being ignored. */
function floorToFive({ top, over }: Rational): Rational {
  return rational((top * fiveDecimals) / over, fiveDecimals);
}
