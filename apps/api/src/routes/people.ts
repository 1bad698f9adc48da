import { checkpoint } from '@uncaged/book';
import { eraseWords as eraseReports } from '@uncaged/compensation';
import { peopleEndpoints as wire } from '@uncaged/contract';
import {
  actsOf,
  collectiveOf,
  eraseMe,
  found,
  invite,
  join,
  type Member,
  memberOf,
  membersOf,
  policyInForce,
  pseudonymKey,
} from '@uncaged/governance';
import {
  blankSessionCookie,
  createSession,
  listSessions,
  revokeSession,
  sessionCookie,
  verifyPassword,
} from '@uncaged/platform';
import { eraseWords as erasePrompts } from '@uncaged/studio';
import { type ApiContext, type Deps, newRoutes } from '../deps.ts';
import { route } from '../route.ts';
import { wired } from '../wired.ts';

/** Founding, joining, logging in and out, being forgotten. */
export function peopleRoutes(deps: Deps) {
  const app = newRoutes();
  collectiveRoutes(app, deps);
  sessionRoutes(app, deps);
  return app;
}

type App = ReturnType<typeof newRoutes>;

/** Opens a session for a member and puts its cookie on the answer. */
async function logIn(c: ApiContext, { platform }: Deps, memberId: string): Promise<void> {
  const userAgent = c.req.header('user-agent') ?? '';
  const { token } = await createSession(platform, { memberId, userAgent });
  c.header('set-cookie', sessionCookie(platform, token), { append: true });
  await platform.db.durable();
}

function collectiveRoutes(app: App, deps: Deps): void {
  const { platform } = deps;
  const { db } = platform;

  route(app, wire.collective, { summary: 'What this collective is, and how far its book goes' }, async () => {
    const collective = await collectiveOf(db.read);
    const policy = await policyInForce(db.read);
    const sealed = await checkpoint(db.read);
    return {
      ok: true,
      answer: {
        founded: collective !== null,
        name: collective?.name ?? null,
        currency: collective?.currency ?? null,
        members: (await membersOf(db.read)).filter((member) => member.pseudonym !== null).length,
        policy: policy && { version: policy.version, hash: policy.hash },
        checkpoint: sealed && { size: String(sealed.size), root: Buffer.from(sealed.root).toString('hex') },
      },
    };
  });

  route(app, wire.found, { summary: 'Found the collective, once', status: 201 }, async ({ c, body }) => {
    const made = await found(platform, body);
    if (!made.ok) return made;
    await deps.founded();
    await logIn(c, deps, made.member.id);
    const { collective, member, policy } = made;
    const receipt = await deps.receipt(made.entry);
    const { version, hash } = policy;
    return { ok: true, answer: wired({ collective, member, policy: { version, hash }, receipt }) };
  });

  route(app, wire.invite, { summary: 'Make an invitation that works once', status: 201 }, async ({ c }) => {
    const made = await invite(await deps.contextOf(c));
    if (!made.ok) return made;
    const { id, code, expiresAt } = made;
    const url = `${deps.publicUrl(c)}/join?code=${code}`;
    return { ok: true, answer: wired({ id, code, url, expiresAt, receipt: await deps.receipt(made.entry) }) };
  });

  route(app, wire.join, { summary: 'Join by an invitation', status: 201 }, async ({ c, body }) => {
    const joined = await join(await deps.contextOf(c), body);
    if (!joined.ok) return joined;
    await logIn(c, deps, joined.member.id);
    return { ok: true, answer: wired({ member: joined.member, receipt: await deps.receipt(joined.entry) }) };
  });

  route(app, wire.members, { summary: 'Everybody who ever joined' }, async () => ({
    ok: true,
    answer: wired({ members: await membersOf(db.read) }),
  }));
}

function sessionRoutes(app: App, deps: Deps): void {
  const { platform } = deps;
  const { db } = platform;
  const wrong = { ok: false as const, code: 'wrong_login' };

  route(app, wire.logIn, { summary: 'Log in', status: 201 }, async ({ c, body }) => {
    await deps.contextOf(c);
    const login = pseudonymKey(body.pseudonym);
    const tried = { login: login ?? '', password: body.password, address: deps.addressOf(c) };
    const verified = await verifyPassword(platform, tried);
    if (!verified.ok) return withRetryAfter(verified, platform.clock.now());
    const member = await memberOf(db.read, verified.memberId);
    if (!member) return wrong;
    await logIn(c, deps, member.id);
    return { ok: true, answer: wired({ member }) };
  });

  route(app, wire.sessions, { summary: 'Where I am logged in' }, async ({ c }) => {
    const sessions = await listSessions(platform, c.get('actor').memberId ?? '');
    const shown = sessions.map(({ id, createdAt, lastSeen, userAgent }) => ({
      id,
      createdAt,
      lastSeen,
      current: id === c.get('sessionId'),
      userAgent,
    }));
    return { ok: true, answer: wired({ sessions: shown }) };
  });

  route(app, wire.endSession, { summary: 'Log out, here or elsewhere' }, async ({ c, params }) => {
    const here = c.get('sessionId');
    const id = params.id === 'current' ? (here ?? '') : (params.id ?? '');
    const ended = await revokeSession(platform, { memberId: c.get('actor').memberId ?? '', id });
    if (!ended) return { ok: false, code: 'unknown_session' };
    if (id === here) c.header('set-cookie', blankSessionCookie(platform), { append: true });
    await db.durable();
    return { ok: true, answer: { ended: true as const } };
  });

  route(app, wire.me, { summary: 'Who I am here, and what I may do' }, async ({ c }) => {
    const { memberId, roles } = c.get('actor');
    const seen: Member | null = memberId === null ? null : await memberOf(db.read, memberId);
    const policy = await policyInForce(db.read);
    if (!seen || !policy) return { ok: true, answer: { member: null } };
    const { id, pseudonym } = seen;
    return {
      ok: true,
      answer: { member: { id, pseudonym, roles: [...roles], may: actsOf(policy.document, roles) } },
    };
  });

  route(
    app,
    wire.eraseMe,
    { summary: 'Have my name, my login and my private words forgotten' },
    async ({ c }) => {
      const erased = await eraseMe(await deps.contextOf(c), async (tx, memberId) => {
        await eraseReports(tx, memberId);
        await erasePrompts(tx, memberId);
      });
      if (!erased.ok) return erased;
      c.header('set-cookie', blankSessionCookie(platform), { append: true });
      const { payloadsErased } = erased;
      return {
        ok: true,
        answer: { erased: true as const, payloadsErased, receipt: await deps.receipt(erased.entry) },
      };
    },
  );
}

/** A refusal that says when to come back says so in the header too, in seconds (RFC 9110, Retry-After). */
function withRetryAfter<R extends { ok: false; code: string; retryAt?: Date }>(refusal: R, now: Date) {
  if (!refusal.retryAt) return refusal;
  const seconds = Math.max(1, Math.ceil((refusal.retryAt.getTime() - now.getTime()) / 1000));
  return { ...refusal, headers: { 'retry-after': String(seconds) } };
}
