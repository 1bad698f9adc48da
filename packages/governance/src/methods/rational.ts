/** An exact fraction: `over` is positive, and the two share no divisor. */
export interface Rational {
  readonly top: bigint;
  readonly over: bigint;
}

export const zero: Rational = { top: 0n, over: 1n };

function divisor(a: bigint, b: bigint): bigint {
  let [x, y] = [a < 0n ? -a : a, b];
  while (y > 0n) [x, y] = [y, x % y];
  return x;
}

export function rational(top: bigint, over = 1n): Rational {
  if (over === 1n) return { top, over };
  const shared = divisor(top, over);
  return { top: top / shared, over: over / shared };
}

export const plus = (a: Rational, b: Rational): Rational =>
  a.over === b.over
    ? rational(a.top + b.top, a.over)
    : rational(a.top * b.over + b.top * a.over, a.over * b.over);
export const minus = (a: Rational, b: Rational): Rational => plus(a, { top: -b.top, over: b.over });
export const times = (a: Rational, b: Rational): Rational => rational(a.top * b.top, a.over * b.over);
/** `b` has to be positive. */
export const dividedBy = (a: Rational, b: Rational): Rational => times(a, { top: b.over, over: b.top });

/** Below 0, 0, or above 0, as `a` is less than, equal to or more than `b`. */
export function compare(a: Rational, b: Rational): number {
  const [left, right] = [a.top * b.over, b.top * a.over];
  return left < right ? -1 : left > right ? 1 : 0;
}

/** `12`, or `37/5`. */
export const asText = ({ top, over }: Rational): string => (over === 1n ? `${top}` : `${top}/${over}`);
