import { createHash, timingSafeEqual } from 'node:crypto';
import type { Actor, Platform } from '@uncaged/platform';
import type { ApiContext } from './deps.ts';
import { Refused } from './problems.ts';

export interface Tokens {
  operator: string;
}

const visitor: Actor = { memberId: null, roles: [], kind: 'visitor' };

/**
 * Finds out who asks, by bearer token (operator, worker) or by session cookie, and leaves it on the context.
 * Refuses token_unknown, token_expired, token_revoked; a cookie that is not valid any more makes a visitor.
 */
export async function identify(c: ApiContext, platform: Platform, tokens: Tokens): Promise<void> {
  c.set('actor', visitor);
  c.set('sessionId', null);
  c.set('workerId', null);
  const authorization = c.req.header('authorization');
  if (authorization) return identifyToken(c, platform, tokens, authorization);
  void platform;
}

async function identifyToken(
  c: ApiContext,
  _platform: Platform,
  tokens: Tokens,
  authorization: string,
): Promise<void> {
  const token = /^Bearer ([\x21-\x7e]{1,200})$/i.exec(authorization)?.[1];
  if (!token) throw new Refused('token_unknown');
  if (sameSecret(token, tokens.operator)) {
    c.set('actor', { memberId: null, roles: ['operator'], kind: 'operator' });
    return;
  }
  throw new Refused('token_unknown');
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
