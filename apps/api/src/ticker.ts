import { due as compensationDue } from '@uncaged/compensation';
import {
  appealsDue,
  canaryDue,
  datesDue,
  emergenciesDue,
  type GovernedContext,
  due as governanceDue,
  policyInForce,
} from '@uncaged/governance';
import type { Platform } from '@uncaged/platform';
import { jobsUnder, due as studioDue } from '@uncaged/studio';
import type { Deps } from './deps.ts';

/** The machine acts by rule: nobody asked, nobody holds a role. */
const machine = { memberId: null, roles: [], kind: 'machine' as const };

/** What time does in each domain, in the order in which one can bring about the next. */
const dues: readonly ((ctx: GovernedContext, deps: Deps) => Promise<number>)[] = [
  (ctx) => governanceDue(ctx),
  (ctx) => canaryDue(ctx, jobsUnder),
  (ctx) => datesDue(ctx),
  (ctx) => emergenciesDue(ctx),
  (ctx) => appealsDue(ctx),
  (ctx) => compensationDue(ctx),
  (ctx, deps) => studioDue({ ...ctx, ...deps.studio }),
];

/**
 * Does everything whose time has come, once; answers how many things happened. A domain that fails holds up no other,
 * or one broken vote would keep everybody from being paid; failures are thrown together at the end.
 */
export async function tick(deps: Deps): Promise<number> {
  const failures: unknown[] = [];
  let happened = 0;
  for (const due of dues) {
    try {
      const ctx = await machineContext(deps.platform);
      if (ctx) happened += await due(ctx, deps);
    } catch (failure) {
      failures.push(failure);
    }
  }
  if (failures.length > 0) throw new AggregateError(failures, 'not all that is due could be done');
  return happened;
}

/** The context of the machine under the policy in force now; null before the founding. */
async function machineContext({ db, clock, ids, blobs, secrets }: Platform): Promise<GovernedContext | null> {
  const policy = await policyInForce(db.read);
  return policy && { db, clock, ids, blobs, secrets, policy, actor: machine };
}

export interface Ticker {
  /** Stops after the tick that is under way. */
  stop(): Promise<void>;
}

const pauseMs = 1_000;

/** Ticks every second. A tick that throws is logged and tried again: the rows still say what is due. */
export function startTicker(deps: Deps): Ticker {
  const stopping = new AbortController();
  const running = (async () => {
    while (!stopping.signal.aborted) {
      await tick(deps).catch((error: unknown) => console.error('A tick failed', error));
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, pauseMs);
        stopping.signal.addEventListener('abort', () => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  })();
  return {
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
