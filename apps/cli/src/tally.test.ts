import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';

const cli = fileURLToPath(new URL('./index.ts', import.meta.url));
let room: string;
beforeAll(async () => {
  room = await mkdtemp(path.join(tmpdir(), 'uncaged-tally-'));
});
afterAll(async () => rm(room, { recursive: true }));

/** What `uncaged tally` prints, for a file with this text. */
async function tally(text: string, ...options: string[]) {
  const file = path.join(room, 'ballots.txt');
  await writeFile(file, text);
  const call = promisify(execFile)(process.execPath, [cli, 'tally', ...options, file]);
  return call.then(
    ({ stdout }) => ({ code: 0, count: JSON.parse(stdout), said: '' }),
    (error: { code: number; stderr: string }) => ({ code: error.code, count: null, said: error.stderr }),
  );
}

test('prints result, rounds and matrices as JSON', async () => {
  const schulze = await tally('3:A>B\n2:B\n', '--method', 'schulze', '--unranked', 'explicit');
  expect(schulze.count).toMatchObject({
    method: 'schulze',
    unranked: 'explicit',
    counted: 5,
    winners: ['A'],
    detail: {
      pairwise: [
        [0, 3],
        [0, 0],
      ],
    },
  });
  const stv = await tally('5:A>B\n2:B\n1:C\n', '--method', 'stv', '--seats', '2');
  expect(stv.count).toMatchObject({ winners: ['A', 'B'], detail: { quota: '3', rounds: [{}, {}] } });
});

test.each([
  [
    'a line that says nothing',
    '3:A\nB\n',
    ['--method', 'stv'],
    'line 2: a line begins with how many ballots',
  ],
  ['an unknown method', '3:A\n', ['--method', 'borda'], '--method is one of yes_no, approval, score'],
  [
    'an unknown rule',
    '3:A\n',
    ['--method', 'schulze', '--unranked', 'x'],
    '--unranked is one of implicit, explicit',
  ],
  ['no seats', '3:A\n', ['--method', 'stv', '--seats', '0'], '--seats is at least 1'],
])('%s is told, and fails', async (_, text, options, said) => {
  const answer = await tally(text, ...options);
  expect(answer.code).toBe(1);
  expect(answer.said).toContain(said);
});
