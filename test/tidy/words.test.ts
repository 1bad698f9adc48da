import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { root } from './arrows.ts';

const tracked = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '-z'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\0')
  .filter(
    (file) =>
      file !== '' &&
      !file.startsWith('test/tidy/') &&
      statSync(path.join(root, file), { throwIfNoEntry: false })?.isFile(),
  );

const textual = /\.(ts|mjs|js|svelte|css|sql|ya?ml|json|jsonl|md|html|svg|txt)$/;
const code = /\.(ts|mjs|js|svelte)$/;

/** Each habit the house does not keep: what it looks like, where it counts, what to do instead. */
const habits: { name: string; pattern: RegExp; files: RegExp; instead: string }[] = [
  {
    name: 'a focused or skipped test',
    pattern: /\b(?:it|test|describe)\.(?:only|skip|todo)\b/,
    files: /\.test\.ts$/,
    instead: 'run every test, or delete it',
  },
  { name: 'any', pattern: /\bas any\b|@ts-ignore/, files: code, instead: 'name the type' },
  {
    name: 'a download address in a lockfile',
    pattern: /tarball: *https?:|"resolved": *"https?:/,
    files: /lock/,
    instead: 'keep integrity hashes only',
  },
  {
    name: 'chance in a rule',
    pattern: /Math\.random\(/,
    files: /packages\/(?:book|governance|compensation|provenance|studio|verify)\/.*\.ts$/,
    instead: 'take ids, seeds and draws as arguments',
  },
  {
    name: 'floating point on money',
    pattern: /parseFloat\(|Math\.round\([^)]*[aA]mount/,
    files: /packages\/(?:book|compensation)\/.*\.ts$/,
    instead: 'keep amounts in bigint minor units',
  },
];

test.each(habits)('no $name in tracked files: $instead', ({ pattern, files }) => {
  const found = tracked
    .filter((file) => files.test(file) && (textual.test(file) || /lock/.test(file)))
    .flatMap((file) =>
      readFileSync(path.join(root, file), 'utf8')
        .split('\n')
        .flatMap((line, index) =>
          pattern.test(line) ? [`${file}:${index + 1}: ${line.trim().slice(0, 120)}`] : [],
        ),
    );
  expect(found).toEqual([]);
});

test('no tracked file is over 5 MB but the weights, and the tree stays under 150 MB', () => {
  const sizes = tracked.map((file) => ({ file, size: statSync(path.join(root, file)).size }));
  expect(
    sizes.filter(({ file, size }) => size > 5_000_000 && !file.startsWith('packages/engine/weights/')),
  ).toEqual([]);
  expect(sizes.reduce((sum, { size }) => sum + size, 0)).toBeLessThan(150_000_000);
});
