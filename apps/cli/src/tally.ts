import { readFile } from 'node:fs/promises';
import { countFile, voteMethods } from '@uncaged/verify';

interface Options {
  method: string;
  unranked: string;
  precision: string;
  seats?: number;
}

/**
 * `uncaged tally --method M FILE`: counts the ballots of a file (docs/tallies.md) and prints all that the method
 * publishes as JSON. Exits 1 where the file or an option cannot be read, naming the line and what to write instead.
 */
export async function tally(file: string, { method, unranked, precision, seats }: Options): Promise<void> {
  const known = <T extends string>(option: string, asked: string, all: readonly T[]): T | null => {
    const found = all.find((one) => one === asked) ?? null;
    if (!found) fail(`--${option} is one of ${all.join(', ')}; ${asked} is not.`);
    return found;
  };
  const by = known('method', method, voteMethods);
  const left = known('unranked', unranked, ['implicit', 'explicit']);
  const exact = known('precision', precision, ['exact', 'five_decimals']);
  if (!by || !left || !exact) return;
  if (seats === 0) return fail('--seats is at least 1.');
  const text = await readFile(file, 'utf8').catch(() => null);
  if (text === null) return fail(`${file} cannot be read.`);
  const asked = { method: by, unranked: left, precision: exact, ...(seats === undefined ? {} : { seats }) };
  const counted = countFile(text, asked);
  if (!counted.ok) return fail(`${file}, line ${counted.line}: ${counted.reason}.`);
  console.log(JSON.stringify(counted.count, null, 2));
}

function fail(message: string): void {
  console.error(`uncaged: ${message}`);
  process.exitCode = 1;
}
