import { createHash, timingSafeEqual } from 'node:crypto';
import { memberOf } from '@uncaged/governance';
import {
  type Actor,
  blankSessionCookie,
  type Platform,
  readSessionCookie,
  sessionCookie,
  validateSession,
} from '@uncaged/platform';
import { workerOfToken } from '@uncaged/studio';
import type { ApiContext } from './deps.ts';
import { Refused } from './problems.ts';

const visitor: Actor = { memberId: null, roles: [], kind: 'visitor' };

/**
 * Finds out who asks, by bearer token (operator, worker) or by session cookie, and leaves it on the context.
 * Refuses token_unknown, token_expired, token_revoked; a cookie that is not valid any more makes a visitor and
 * is taken away.
 */
export async function identify(c: ApiContext, platform: Platform, operatorToken: string): Promise<void> {
  c.set('actor', visitor);
  c.set('sessionId', null);
  c.set('workerId', null);
  const authorization = c.req.header('authorization');
  if (authorization !== undefined) return identifyToken(c, platform, operatorToken, authorization);
  const token = readSessionCookie(platform, c.req.header('cookie'));
  if (token === null) return;
  const valid = await validateSession(platform, token);
  const member = valid && (await memberOf(platform.db.read, valid.session.memberId));
  if (!member) {
    c.header('set-cookie', blankSessionCookie(platform), { append: true });
    return;
  }
  if (valid.renewed) c.header('set-cookie', sessionCookie(platform, token), { append: true });
  c.set('actor', { memberId: member.id, roles: member.roles, kind: 'member' });
  c.set('sessionId', valid.session.id);
}

async function identifyToken(
  c: ApiContext,
  platform: Platform,
  operatorToken: string,
  authorization: string,
): Promise<void> {
  const token = /^Bearer ([\x21-\x7e]{1,200})$/i.exec(authorization)?.[1];
  if (!token) throw new Refused('token_unknown');
  if (sameSecret(token, operatorToken)) {
    c.set('actor', { memberId: null, roles: ['operator'], kind: 'operator' });
    return;
  }
  const worker = await workerOfToken(platform.db, token, platform.clock.now());
  if (!worker.ok) throw new Refused(worker.code);
  c.set('actor', { memberId: null, roles: ['worker'], kind: 'worker' });
  c.set('workerId', worker.workerId);
}

/** Compares two secrets in a time that does not depend on where they differ. */
function sameSecret(one: string, other: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return other.length > 0 && timingSafeEqual(digest(one), digest(other));
}

/**
 * A browser always names its origin when it changes something. If it names another one, the page was not ours.
 * Refuses origin_mismatch. Calls by token carry no cookie, so nobody can forge them from a page.
 */
export function checkOrigin(c: ApiContext, publicUrl: string | undefined): void {
  if (c.req.method === 'GET' || c.req.method === 'HEAD' || c.req.header('authorization')) return;
  const origin = c.req.header('origin');
  if (origin === undefined) {
    if (c.req.header('sec-fetch-site') === 'cross-site') throw new Refused('origin_mismatch');
    return;
  }
  const own = [c.req.header('host'), new URL(c.req.url).host, publicUrl && new URL(publicUrl).host];
  if (!URL.canParse(origin) || !own.includes(new URL(origin).host)) throw new Refused('origin_mismatch');
}

interface WithSocket {
  incoming?: { socket?: { remoteAddress?: string } };
}

/**
 * The address a request comes from, for rate limits: the socket's, or for a call inside this process (the
 * portal's own) what the portal says in x-client-address.
 */
export function addressOf(c: ApiContext): string {
  const socket = (c.env as WithSocket | undefined)?.incoming?.socket?.remoteAddress;
  return socket ?? c.req.header('x-client-address') ?? 'in-process';
}
