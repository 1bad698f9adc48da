// `npm run bench -- NAME --json`: figures as ratios measured side by side in one run; the last line is JSON.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { type Bench, line, Unavailable } from './bench.ts';

const names = [
  'posting',
  'generate',
  'changes',
  'quality',
  'finetune',
  'sampler',
  'trainstep',
  'tally',
  'replay',
  'verify',
];
const { positionals } = parseArgs({ allowPositionals: true, options: { json: { type: 'boolean' } } });
const [name = ''] = positionals;
const file = path.join(import.meta.dirname, `${name}.ts`);
if (!names.includes(name) || !existsSync(file)) {
  console.error(`There is no bench ${name || '(none named)'}. There are: ${names.join(', ')}.`);
  process.exit(1);
}
const { bench } = (await import(file)) as { bench: Bench };
try {
  console.log(line(name, await bench.run()));
} catch (error) {
  console.error(error instanceof Unavailable ? error.message : error);
  process.exit(1);
}
process.exit(0);
