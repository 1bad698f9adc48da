import { afterAll, expect, test } from 'vitest';
import {
  blankSessionCookie,
  changePassword,
  createAccount,
  createSession,
  eraseAccount,
  listSessions,
  loginLimits,
  readSessionCookie,
  revokeSession,
  rows,
  sessionCookie,
  sessionDays,
  sql,
  validateSession,
  verifyPassword,
} from '../index.ts';
import { openTestPlatform } from '../testing.ts';

const platform = await openTestPlatform();
const { db, clock } = platform;
afterAll(() => platform.close());
const day = 86_400_000;
const address = '203.0.113.9';

await db.transaction(async (tx) => {
  await createAccount(tx, { memberId: 'm-heron', login: 'heron', password: 'a long reed by the water' });
  await createAccount(tx, { memberId: 'm-nacht', login: 'nacht', password: 'lamps out, city on' });
});

test('a password fits its login only; argon2id with 19 MiB and two passes is what is stored', async () => {
  const right = { login: 'heron', password: 'a long reed by the water', address };
  expect(await verifyPassword(platform, right)).toEqual({ ok: true, memberId: 'm-heron' });
  const wrong = { ok: false, code: 'wrong_login' };
  expect(await verifyPassword(platform, { ...right, login: 'nacht' })).toEqual(wrong);
  expect(await verifyPassword(platform, { ...right, login: 'nobody' })).toEqual(wrong);
  expect(await verifyPassword(platform, { ...right, password: '' })).toEqual(wrong);
  const [stored] = await rows<{ hash: string }>(
    db.read,
    sql`select password_hash as hash from accounts limit 1`,
  );
  expect(stored?.hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
});

test('a taken login is refused by the database', async () => {
  const again = db.transaction((tx) => createAccount(tx, { memberId: 'm-2', login: 'heron', password: 'x' }));
  await expect(again).rejects.toMatchObject({ constraint: 'accounts_login_key' });
});

test('tries are limited by login and address, and counted again after the window', async () => {
  const guess = { login: 'nacht', password: 'guess', address: '198.51.100.1' };
  const outcomes: string[] = [];
  for (let n = 0; n < loginLimits.pair + 1; n++) {
    const outcome = await verifyPassword(platform, guess);
    outcomes.push(outcome.ok ? 'ok' : outcome.code);
  }
  expect(outcomes).toEqual([...Array(loginLimits.pair).fill('wrong_login'), 'too_many_attempts']);
  const right = { ...guess, password: 'lamps out, city on' };
  const retryAt = new Date(clock.now().getTime() + loginLimits.windowMs);
  expect(await verifyPassword(platform, right)).toEqual({ ok: false, code: 'too_many_attempts', retryAt });
  expect(await verifyPassword(platform, { ...right, address })).toEqual({ ok: true, memberId: 'm-nacht' });
  clock.advance(loginLimits.windowMs);
  expect(await verifyPassword(platform, right)).toEqual({ ok: true, memberId: 'm-nacht' });
  const names = await rows<{ key: string }>(db.read, sql`select key from login_attempts`);
  expect(names.filter(({ key }) => /nacht|198\.51/.test(key))).toEqual([]);
});

test('a session opens with its token, which the database does not hold', async () => {
  const made = await createSession(platform, { memberId: 'm-heron', userAgent: 'Firefox' });
  const cookie = sessionCookie(platform, made.token);
  expect(cookie).toMatch(/^uncaged_session=[a-z2-7]{40}; HttpOnly; Max-Age=\d+; Path=\/; SameSite=Lax$/);
  expect(readSessionCookie(platform, `other=1; ${cookie.split(';')[0]}`)).toBe(made.token);
  expect(readSessionCookie(platform, undefined)).toBe(null);
  expect(blankSessionCookie(platform)).toContain('Max-Age=0');
  expect(await validateSession(platform, made.token)).toEqual({ session: made.session, renewed: false });
  expect(made.session).toMatchObject({ memberId: 'm-heron', userAgent: 'Firefox', createdAt: clock.now() });
  const stored = JSON.stringify(await rows(db.read, sql`select * from sessions`));
  expect(stored).not.toContain(made.token);
  const [row] = await rows<{ id: string }>(db.read, sql`select id from sessions`);
  expect(await validateSession(platform, row?.id ?? '')).toBe(null);
});

test('sessions are listed, seen, revoked by their owner only, and end when the member is erased', async () => {
  const mine = await createSession(platform, { memberId: 'm-nacht', userAgent: 'Firefox' });
  clock.advance(1000);
  const other = await createSession(platform, { memberId: 'm-nacht', userAgent: 'curl' });
  clock.advance(120_000);
  expect((await validateSession(platform, mine.token))?.session.lastSeen).toEqual(clock.now());
  const listed = await listSessions(platform, 'm-nacht');
  expect(listed.map((one) => one.id)).toEqual([mine.session.id, other.session.id]);
  expect(await revokeSession(platform, { memberId: 'm-heron', id: other.session.id })).toBe(false);
  expect(await revokeSession(platform, { memberId: 'm-nacht', id: other.session.id })).toBe(true);
  expect(await validateSession(platform, other.token)).toBe(null);
  await db.transaction((tx) => eraseAccount(tx, 'm-nacht'));
  expect(await validateSession(platform, mine.token)).toBe(null);
  const gone = await verifyPassword(platform, { login: 'nacht', password: 'lamps out, city on', address });
  expect(gone).toEqual({ ok: false, code: 'wrong_login' });
});

test('a session is renewed by use and expires without it, by the clock of the platform', async () => {
  const made = await createSession(platform, { memberId: 'm-heron', userAgent: '' });
  const start = clock.now().getTime();
  clock.advance((sessionDays / 2 + 1) * day);
  const used = await validateSession(platform, made.token);
  expect(used?.renewed).toBe(true);
  const left = (used?.session.expiresAt.getTime() ?? 0) - start;
  expect(Math.round(left / day)).toBe(sessionDays / 2 + 1 + sessionDays);
  clock.advance((sessionDays + 1) * day);
  expect(await validateSession(platform, made.token)).toBe(null);
});

test('a password changes for who knows the old one', async () => {
  const change = { memberId: 'm-heron', current: 'a long reed by the water', next: 'two herons' };
  expect(await changePassword(platform, { ...change, current: 'no' })).toEqual({
    ok: false,
    code: 'wrong_login',
  });
  expect(await changePassword(platform, change)).toEqual({ ok: true });
  const login = { login: 'heron', password: 'two herons', address };
  expect(await verifyPassword(platform, login)).toEqual({ ok: true, memberId: 'm-heron' });
});
