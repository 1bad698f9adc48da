import { readConfig } from './config.ts';
import { sql } from './drizzle.ts';
import { openPlatform } from './platform.ts';

/** Run by platform.test.ts: commits rows one after another and acknowledges each on stdout once it is durable. */
const read = readConfig();
if (!read.ok) throw new Error('the test sets the environment');
const opened = await openPlatform(read.config);
if (!opened.ok) throw new Error(opened.message);
const { db } = opened.platform;
await db.transaction((tx) => tx.execute(sql`create table if not exists counted (n int primary key)`));
const [last] = (await db.read.execute(sql`select coalesce(max(n), 0) as n from counted`)) as { n: number }[];
for (let n = (last?.n ?? 0) + 1; ; n++) {
  await db.transaction((tx) => tx.execute(sql`insert into counted values (${n}::int)`));
  await db.durable();
  process.stdout.write(`${n}\n`);
}
