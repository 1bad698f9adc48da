// `npm run fuzz -- [--seed N] [--operations N]`: moves money at random and holds every invariant against it; a failure is
// shrunk to a script that can be read, and run again with `--script FILE`.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { manualClock, openPlatform, readConfig } from '@uncaged/platform';
import { openTestPlatform } from '@uncaged/platform/testing';
import { Bank, type BankPlatform, faultOf } from './bank.ts';
import { type Operation, operationsOf } from './operations.ts';
import { shrunk } from './shrink.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
    operations: { type: 'string', default: '1000000' },
    script: { type: 'string' },
  },
});

/** Operations after which all balances are held against the model. */
const inOneBatch = 5_000;

/** The whole set of named checks reads the whole book: it is run so many times, evenly, and at the end. */
const wholeChecks = 5;

if (values.script !== undefined) {
  const lines = (await readFile(values.script, 'utf8')).split('\n').filter((line) => line.trim() !== '');
  const fault = await faultOf(lines.map((line) => JSON.parse(line) as Operation));
  console.log(fault ?? 'It holds.');
  process.exit(fault === null ? 0 : 1);
}

const [seed, total] = [Number(values.seed), Number(values.operations)];
console.log(`seed ${seed}, ${total} operations`);
const folder = await mkdtemp(path.join(tmpdir(), 'uncaged-fuzz-'));
const clock = manualClock(new Date('2026-03-01T12:00:00Z'));
const embedded = !process.env.DATABASE_URL;

/** On the embedded database a folder that is closed and opened again; else a database of its own on the server. */
async function open(): Promise<BankPlatform> {
  if (!embedded) return openTestPlatform({ clock });
  const read = readConfig({ ...process.env, UNCAGED_DATA: folder, PORT: '0' });
  if (!read.ok) throw new Error('the configuration cannot be read');
  const opened = await openPlatform(read.config, { clock });
  if (!opened.ok) throw new Error(opened.message);
  return { ...opened.platform, clock };
}

let platform = await open();
const bank = await Bank.open(platform);
const done: Operation[] = [];
const started = performance.now();
let count = 0;
const every = Math.max(1, Math.floor(total / wholeChecks / inOneBatch)) * inOneBatch;
try {
  for (const chunk of operationsOf(seed, total, inOneBatch)) {
    done.push(...chunk);
    await bank.run(chunk);
    count += chunk.length;
    if (count % every !== 0) continue;
    await bank.checkAll();
    const rate = Math.round(count / ((performance.now() - started) / 1000));
    console.log(`${count} operations, all invariants hold, ${rate} a second`);
    if (!embedded) continue;
    await platform.close();
    platform = await open();
    bank.reopened(platform);
  }
  await bank.checkAll();
  console.log(`${count} operations, and every invariant holds.`);
} catch (error) {
  console.error(`after ${count} operations of seed ${seed}: ${(error as Error).message}`);
  const script = await shrunk(done.slice(-20_000), async (some) => (await faultOf(some)) !== null);
  const file = path.join(tmpdir(), `uncaged-fuzz-${seed}.jsonl`);
  await writeFile(file, `${script.map((operation) => JSON.stringify(operation)).join('\n')}\n`);
  console.error(`${script.length} operations show it: npm run fuzz -- --script ${file}`);
  for (const operation of script.slice(0, 20)) console.error(JSON.stringify(operation));
  process.exitCode = 1;
} finally {
  await platform.close();
  await rm(folder, { recursive: true, force: true });
}
