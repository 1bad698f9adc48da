// `npm run check`: types, lint, import arrows, dead code, schema drift. Runs all, says which failed.
import { spawnSync } from 'node:child_process';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');
const vitest = [process.execPath, 'node_modules/vitest/vitest.mjs', 'run', '--project', 'suite'];

const checks: [name: string, command: string[], cwd?: string][] = [
  ['types', [process.execPath, 'node_modules/typescript/bin/tsc', '--noEmit', '-p', '.']],
  ['types of the portal', ['npm', 'run', 'check', '--silent'], 'apps/portal'],
  ['format and lint', [process.execPath, 'node_modules/@biomejs/biome/bin/biome', 'check', '.']],
  ['import arrows and habits', [...vitest, 'test/tidy']],
  ['dead code', [process.execPath, 'node_modules/knip/bin/knip.js', '--no-progress']],
  ['schema drift', [...vitest, 'packages/platform/src/schema']],
];

const failed = checks.filter(([name, [command = '', ...args], cwd]) => {
  console.log(`\n— ${name}`);
  return spawnSync(command, args, { cwd: path.join(root, cwd ?? ''), stdio: 'inherit' }).status !== 0;
});
console.log(
  failed.length === 0 ? '\nAll checks passed.' : `\nFailed: ${failed.map(([name]) => name).join(', ')}`,
);
process.exitCode = failed.length === 0 ? 0 : 1;
