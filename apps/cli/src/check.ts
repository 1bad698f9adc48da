import { configOrExit } from './config.ts';
import { reachCollective } from './operator.ts';

interface Checks {
  checks: { name: string; ok: boolean; violations: { what: string; detail: string }[] }[];
}

/** `uncaged check`: every named invariant, each with its violations; exits 1 when one does not hold. */
export async function check(options: { data?: string }): Promise<void> {
  const collective = await reachCollective(configOrExit(options));
  try {
    const result = await collective.client.request<Checks>('GET', '/api/book/checks');
    if (!result.ok) {
      console.error(`uncaged: ${result.problem.title}. ${result.problem.next}`);
      process.exitCode = 1;
      return;
    }
    for (const { name, ok, violations } of result.answer.checks) {
      console.log(`${ok ? 'holds ' : 'BROKEN'}  ${name}`);
      for (const { what, detail } of violations) console.log(`        ${what}: ${detail}`);
      if (!ok) process.exitCode = 1;
    }
  } finally {
    await collective.close();
  }
}
