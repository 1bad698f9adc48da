import { Random } from '@uncaged/engine';
import { sql } from '@uncaged/platform';
import type { PolicyPatch } from '../../packages/governance/src/patch.ts';
import type { Policy } from '../../packages/governance/src/policy.ts';
import { founded } from '../../packages/governance/src/testing.ts';
import { replayPatch } from '../../packages/studio/src/replay/replay.ts';
import type { Bench } from './bench.ts';

const ROUNDS = 5;
const MEMBERS = 20;
const NAMES = 200;
const EVENTS = 100_000;

/**
 * Looking back over 100,000 clips that were asked for (words of twenty members, a hundred days), with a safeguard of
 * 200 names and a shorter longest prompt. `seconds` is the median from the question to the answer, rows read from the
 * database included; the ratio is that against reading the same rows and doing nothing. The database is the embedded
 * one, or with DATABASE_URL a fresh one on that server. Goal: `seconds` at most 5.
 */
export const bench: Bench = {
  async run() {
    await using stage = await founded();
    const members = [stage.heron];
    while (members.length < MEMBERS) members.push(await stage.joined(`member ${members.length}`));
    const { db, clock } = stage.platform;
    const ctx = await stage.as(stage.heron);
    const names = Array.from({ length: NAMES }, (_, at) => `${word(at * 7)} ${word(at * 7 + 3)}`);
    await db.transaction(async (tx) => {
      for (let at = 0; at < EVENTS; at += 2000)
        await tx.execute(
          clips(members, { from: at, until: at + 2000, now: clock.now(), policy: ctx.policy }),
        );
    });
    const asked = { patch: patchOf(names, ctx.policy.document), against: ctx.policy.hash, days: 100 };
    const seconds: number[] = [];
    const ratios: number[] = [];
    let told: unknown;
    for (let round = 0; round <= ROUNDS; round++) {
      const plain = await timed(() =>
        db.read.execute(sql`select * from generations order by created_at, id`),
      );
      const ours = await timed(async () => {
        const found = await replayPatch(ctx, asked);
        if (!found.ok) throw new Error(found.code);
        if (found.replay.looked.clips !== EVENTS) throw new Error(`looked at ${found.replay.looked.clips}`);
        told = found.replay.outcomes.map(({ code, requests }) => ({ code, requests }));
      });
      if (round === 0) continue;
      seconds.push(ours);
      ratios.push(ours / plain);
    }
    return {
      ratios,
      peer: 'reading the same rows',
      versions: { node: process.version, database: process.env.DATABASE_URL ? 'PostgreSQL' : 'PGlite' },
      fields: { seconds: Number(seconds.sort((a, b) => a - b)[ROUNDS >> 1]?.toFixed(3)), events: EVENTS },
      rows: [{ told, seconds: seconds.map((one) => Number(one.toFixed(3))) }],
    };
  },
};

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

const syllables = ['ka', 'lo', 'mi', 'ren', 'sa', 'tu', 'vel', 'nor', 'bi', 'du', 'fe', 'gar'];
/** A word of three syllables, the same for the same number. */
function word(at: number): string {
  const base = syllables.length;
  return [at, Math.floor(at / base), Math.floor(at / base ** 2)]
    .map((digit) => syllables[digit % base])
    .join('');
}

const below = (random: Random, most: number) => random.integer() % most;

function patchOf(names: string[], policy: Policy): PolicyPatch {
  const rule = {
    kind: 'named_living_artist',
    names,
    unlessConsent: 'style_name_prompting',
    action: 'refuse',
    text: 'They have not said yes.',
  };
  return [
    { op: 'add', path: '/safeguards/bench', value: rule },
    {
      op: 'replace',
      path: '/studio/promptMaxCharacters',
      value: Math.floor(policy.studio.promptMaxCharacters / 10),
    },
  ];
}

interface Batch {
  from: number;
  until: number;
  now: Date;
  policy: { version: number; hash: string };
}

/** Clips of three to thirty words, one every 86 seconds, of which a few name somebody. */
function clips(members: readonly string[], { from, until, now, policy }: Batch) {
  const random = new Random(from);
  const rows = [];
  for (let at = from; at < until; at++) {
    const words = Array.from({ length: 3 + below(random, 28) }, () => word(below(random, 1728)));
    if (below(random, 50) === 0) words.push(word(7), word(10));
    const asked = new Date(now.getTime() - (EVENTS - at) * 86_000).toISOString();
    const id = `00000000-0000-7000-8000-${String(at).padStart(12, '0')}`;
    const maker = members[below(random, members.length)];
    rows.push(
      sql`(${id}, ${maker}, 'm', ${words.join(' ')}, 1, 30, 2.5, 'clip', 256, 'failed', ${policy.version}, ${policy.hash}, 'e', ${asked}::timestamptz, ${asked}::timestamptz)`,
    );
  }
  return sql`insert into generations (id, maker_id, model_id, prompt, seed, steps, guidance, mode, size, state, policy_version, policy_hash, entry_id, created_at, finished_at) values ${sql.join(rows, sql`, `)}`;
}
