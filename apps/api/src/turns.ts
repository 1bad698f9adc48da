/**
 * Lets costly work of one sort be done one at a time, in the order it was asked for. Answers null at once, and does
 * nothing, where `waiting` others wait already.
 */
export function turns(waiting: number): <T>(work: () => Promise<T>) => Promise<T | null> {
  let asked = 0;
  let last: Promise<unknown> = Promise.resolve();
  return async (work) => {
    if (asked > waiting) return null;
    asked += 1;
    const mine = last.then(work, work);
    last = mine;
    try {
      return await mine;
    } finally {
      asked -= 1;
    }
  };
}
