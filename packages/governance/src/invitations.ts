import { createHash, randomBytes } from 'node:crypto';
import type { Entry } from '@uncaged/book';
import type { GovernedContext } from './context.ts';
import { recordFact } from './facts.ts';
import { addMember } from './founding.ts';
import * as store from './invitations.store.ts';
import { checkPassword, checkPseudonym } from './joining.ts';
import * as members from './members.store.ts';
import type { Member } from './members.ts';
import { requirePolicy } from './policies.ts';
import { mayDo } from './policy.ts';

const day = 86_400_000;

function hashOf(code: string): Uint8Array {
  return new Uint8Array(createHash('sha256').update(code.trim()).digest());
}

export type Invited =
  | {
      ok: true;
      id: string;
      /** 24 signs that fit in an address; only their hash is kept, so they are shown once */
      code: string;
      expiresAt: Date;
      entry: Entry;
    }
  | { ok: false; code: 'not_allowed' };

/** Makes an invitation that works once and lapses when the policy says. Error: `not_allowed`. */
export async function invite(ctx: GovernedContext): Promise<Invited> {
  const { memberId, roles } = ctx.actor;
  return ctx.db.transaction(async (tx) => {
    const { document } = await requirePolicy(tx);
    if (memberId === null || !mayDo(document, roles, 'invite_member'))
      return { ok: false, code: 'not_allowed' };
    const id = ctx.ids.next();
    const code = randomBytes(18).toString('base64url');
    const createdAt = ctx.clock.now();
    const expiresAt = new Date(createdAt.getTime() + document.membership.invitationDays * day);
    const entry = await recordFact(tx, ctx, {
      kind: 'invitation.issued',
      actor: memberId,
      subject: `invitation:${id}`,
      payload: { invitationId: id, expiresAt: expiresAt.toISOString() },
      visibility: 'public',
    });
    const unused = { usedAt: null, usedBy: null };
    const row = {
      id,
      codeHash: hashOf(code),
      invitedBy: memberId,
      createdAt,
      expiresAt,
      entryId: entry.id,
      ...unused,
    };
    await store.insert(tx, row);
    return { ok: true, id, code, expiresAt, entry };
  });
}

type JoinCode =
  | 'invitation_unknown'
  | 'invitation_used'
  | 'invitation_expired'
  | 'pseudonym_signs'
  | 'pseudonym_length'
  | 'pseudonym_taken'
  | 'password_length';

export type Joined =
  | { ok: true; member: Member; entry: Entry }
  | { ok: false; code: JoinCode; min?: number; max?: number };

/**
 * Joins by an invitation, under a pseudonym that nobody here has. Whoever acts needs no account: the code is the
 * key. Errors in this order: `invitation_unknown`, `invitation_used`, `invitation_expired`, `pseudonym_signs`,
 * `pseudonym_length`, `password_length`, `pseudonym_taken`. A refusal leaves the invitation unused.
 */
export async function join(
  ctx: GovernedContext,
  asked: { code: string; pseudonym: string; password: string },
): Promise<Joined> {
  return ctx.db.transaction(async (tx) => {
    await members.lockCollective(tx);
    const { document } = await requirePolicy(tx);
    const now = ctx.clock.now();
    const invitation = await store.lockByCode(tx, hashOf(asked.code));
    if (!invitation) return { ok: false, code: 'invitation_unknown' };
    if (invitation.usedAt) return { ok: false, code: 'invitation_used' };
    if (invitation.expiresAt <= now) return { ok: false, code: 'invitation_expired' };
    const name = checkPseudonym(asked.pseudonym, document);
    if (!name.ok) return name;
    const password = checkPassword(asked.password, document);
    if (!password.ok) return password;
    if (await members.byKey(tx, name.key)) return { ok: false, code: 'pseudonym_taken' };
    const roles = document.membership.memberRoles;
    const member = { id: ctx.ids.next(), pseudonym: name.pseudonym, roles, joinedAt: now };
    const { invitedBy } = invitation;
    const entry = await addMember(tx, ctx, { ...member, key: name.key, password: asked.password, invitedBy });
    await store.use(tx, invitation.id, member.id, now);
    return { ok: true, member, entry };
  });
}
