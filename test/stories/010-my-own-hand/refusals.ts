import type { CallOptions, CallResult, Method, Problem } from '@uncaged/contract';
import { textTable } from '../../support/table.ts';
import type { Visitor } from '../../support/visitor.ts';

/** What was tried and not allowed, in the words of the house. */
export class Refusals {
  readonly #rows: unknown[][] = [];

  /** Tries what must be refused with `code`; writes it down as `what`. Throws when it is allowed, or refused otherwise. */
  async expect(
    what: string,
    code: string,
    who: Visitor,
    [method, path, options = {}]: [Method, string, CallOptions<unknown>?],
  ): Promise<Problem> {
    const result: CallResult<unknown> = await who.request(method, path, options);
    if (result.ok || result.problem.code !== code)
      throw new Error(`${what}: expected ${code}, got ${JSON.stringify(result)}`);
    const { problem, status } = result;
    this.#rows.push([what, status, code, problem.title]);
    return problem;
  }

  table(): string {
    return textTable('What was refused', ['what was tried', 'HTTP', 'code', 'because'], this.#rows);
  }
}
