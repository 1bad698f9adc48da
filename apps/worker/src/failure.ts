/** What may go well another time: everything else fails the same way again. */
const passing = new Set(['child_died', 'engine_failed', 'busy', 'cancelled', 'checkpoint_unreadable']);

/** The engine could not do the job. */
export class EngineFailure extends Error {
  override name = 'EngineFailure';
  readonly code: string;
  constructor(code: string, message: string) {
    super(`${code}: ${message}`);
    this.code = code;
  }

  get isPassing(): boolean {
    return passing.has(this.code);
  }
}
