/** Where a fine-tune is: draft → waiting → running → finished | stopped | failed → kept | discarded. */
export type FineTuneState =
  | 'draft'
  | 'waiting'
  | 'running'
  | 'finished'
  | 'stopped'
  | 'failed'
  | 'kept'
  | 'discarded';

export type FineTuneAct = 'start' | 'stop' | 'continue' | 'keep' | 'discard';

export interface Standing {
  state: FineTuneState;
  /** Something was learnt and lies there. */
  hasFile: boolean;
  /** Its maker asked it to stop already. */
  stopWanted: boolean;
}

/** What its maker may do now, in the order of a life. */
export function mayNow({ state, hasFile, stopWanted }: Standing): FineTuneAct[] {
  switch (state) {
    case 'draft':
      return ['start', 'discard'];
    case 'waiting':
      return ['stop'];
    case 'running':
      return stopWanted ? [] : ['stop'];
    case 'finished':
      return ['keep', 'discard'];
    case 'stopped':
    case 'failed':
      return hasFile ? ['continue', 'keep', 'discard'] : ['continue', 'discard'];
    case 'kept':
      return ['discard'];
    case 'discarded':
      return [];
  }
}

/** States a stream need not wait in: only its maker moves it on. */
export function isAtRest(state: FineTuneState): boolean {
  return state !== 'waiting' && state !== 'running';
}
