import type { Actor, ManualClock, Platform } from '@uncaged/platform';
import { openTestPlatform, type TestPlatform } from '@uncaged/platform/testing';
import type { GovernedContext } from './context.ts';
import { type Founding, found } from './founding.ts';
import { invite, join } from './invitations.ts';
import { memberOf } from './members.ts';
import { policyInForce } from './policies.ts';
import type { Policy } from './policy.ts';
import { policyHash } from './policy-hash.ts';

export const hour = 3_600_000;
/** Good enough for every rule, and the same for everybody: no test is about it. */
export const password = 'a reed by the water';

/** A collective that heron founded, on a platform of its own. */
export interface Stage extends AsyncDisposable {
  platform: TestPlatform<ManualClock>;
  heron: string;
  /** The policy that everybody in this test would read first. */
  genesis: Policy;
  /** What the door would hand a member's request; null: a visitor's. */
  as(memberId: string | null): Promise<GovernedContext>;
  /** Lets somebody in and answers their id. */
  joined(pseudonym: string): Promise<string>;
}

/** The context before there is a policy. */
export function bare({ db, clock, ids, blobs, secrets }: Platform) {
  return { db, clock, ids, blobs, secrets };
}

export async function founded(given: Partial<Founding> = {}): Promise<Stage> {
  const platform = await openTestPlatform();
  const founder = { pseudonym: 'heron', password };
  const made = await found(bare(platform), { name: 'Reed Bed', currency: 'EUR', founder, ...given });
  if (!made.ok) throw new Error(made.code);
  const as: Stage['as'] = async (memberId) => {
    const policy = await policyInForce(platform.db.read);
    const member = memberId === null ? null : await memberOf(platform.db.read, memberId);
    if (!policy) throw new Error('nothing was founded');
    const actor: Actor = member
      ? { memberId: member.id, roles: member.roles, kind: 'member' }
      : { memberId: null, roles: [], kind: 'visitor' };
    return { ...bare(platform), policy, actor };
  };
  const joined: Stage['joined'] = async (pseudonym) => {
    const invitation = await invite(await as(made.member.id));
    if (!invitation.ok) throw new Error(invitation.code);
    const member = await join(await as(null), { code: invitation.code, pseudonym, password });
    if (!member.ok) throw new Error(member.code);
    return member.member.id;
  };
  const genesis = made.policy.document;
  if (policyHash(genesis) !== made.policy.hash)
    throw new Error('the genesis policy hashes to something else');
  return {
    platform,
    heron: made.member.id,
    genesis,
    as,
    joined,
    [Symbol.asyncDispose]: () => platform.close(),
  };
}
