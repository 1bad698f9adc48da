// `npm run faults -- --kills 200 [--seed 1]`: kills the api and the worker without warning while clips, feedback and
// postings run, then counts what was acknowledged against what stands in the book.
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { killing } from './killing.ts';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '200' },
    seed: { type: 'string', default: '1' },
    keep: { type: 'boolean', default: false },
  },
});
const folder = await mkdtemp(path.join(os.tmpdir(), 'uncaged-faults-'));
const result = await killing({
  folder,
  kills: Number(values.kills),
  seed: Number(values.seed),
  say: (line) => console.error(line),
});
console.log(JSON.stringify(result, null, 2));
if (values.keep) console.error(`kept ${folder}`);
else await rm(folder, { recursive: true, force: true });
process.exitCode =
  result.lost.length + result.doubled.length + result.violations.length + result.badReceipts.length === 0
    ? 0
    : 1;
