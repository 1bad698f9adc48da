import type { Entry } from '@uncaged/book';
import { isCurrency } from '@uncaged/book/rules';
import { type Context, createAccount, type Tx } from '@uncaged/platform';
import type { GovernedContext } from './context.ts';
import { recordFact } from './facts.ts';
import { genesisPolicy } from './genesis.ts';
import { checkPassword, checkPseudonym } from './joining.ts';
import * as store from './members.store.ts';
import type { Member } from './members.ts';
import { enactPolicy } from './policies.ts';
import type { Policy, PolicyInForce } from './policy.ts';
import { sourceKinds } from './source-kinds.ts';

export interface Founding {
  name: string;
  /** ISO 4217 */
  currency: string;
  founder: { pseudonym: string; password: string };
  /** money to start with, in minor units; `source` is a kind of money, as there is nobody yet to declare another */
  deposit?: { amount: string; source: string } | undefined;
  /** the first policy; the files of `governance/` when left out */
  genesis?: Policy;
  /** What else belongs to the founding, in the same transaction, as registering the first model. */
  alongside?: (tx: Tx, ctx: GovernedContext) => Promise<void>;
}

type FoundingCode =
  | 'already_founded'
  | 'collective_name_length'
  | 'unknown_currency'
  | 'pseudonym_signs'
  | 'pseudonym_length'
  | 'password_length'
  | 'deposit_malformed';

export type Founded =
  | {
      ok: true;
      collective: { name: string; currency: string };
      member: Member;
      policy: PolicyInForce;
      /** the entry that records the founding */
      entry: Entry;
    }
  | { ok: false; code: FoundingCode; min?: number; max?: number };

type FoundingContext = Omit<Context, 'policy' | 'actor'>;
type Checked = { ok: true; name: string; pseudonym: string; key: string } | Extract<Founded, { ok: false }>;

function check(founding: Founding, policy: Policy): Checked {
  const name = founding.name.normalize('NFC').trim().replace(/\s+/gu, ' ');
  const length = [...name].length;
  if (length < 1 || length > 80) return { ok: false, code: 'collective_name_length', min: 1, max: 80 };
  if (!isCurrency(founding.currency)) return { ok: false, code: 'unknown_currency' };
  const pseudonym = checkPseudonym(founding.founder.pseudonym, policy);
  if (!pseudonym.ok) return pseudonym;
  const password = checkPassword(founding.founder.password, policy);
  if (!password.ok) return password;
  const { deposit } = founding;
  const isKind = sourceKinds.some((kind) => kind === deposit?.source);
  if (deposit && !(/^[1-9]\d{0,17}$/.test(deposit.amount) && isKind))
    return { ok: false, code: 'deposit_malformed' };
  return { ok: true, name, pseudonym: pseudonym.pseudonym, key: pseudonym.key };
}

/**
 * Founds the collective, once: name and currency, the first policy, the founder with the roles that policy gives,
 * and the first money. Errors in this order: `collective_name_length`, `unknown_currency`, `pseudonym_signs`,
 * `pseudonym_length`, `password_length`, `deposit_malformed`, `already_founded`.
 */
export async function found(ctx: FoundingContext, founding: Founding): Promise<Founded> {
  const document = founding.genesis ?? (await genesisPolicy());
  const checked = check(founding, document);
  if (!checked.ok) return checked;
  return ctx.db.transaction(async (tx) => {
    await store.lockCollective(tx);
    if (await store.theCollective(tx)) return { ok: false, code: 'already_founded' };
    const id = ctx.ids.next();
    const now = ctx.clock.now();
    const entry = await recordFact(tx, ctx, {
      kind: 'collective.founded',
      actor: id,
      subject: 'collective:1',
      payload: { name: checked.name, currency: founding.currency },
      visibility: 'public',
    });
    const { policy } = await enactPolicy(tx, ctx, { document, proposalId: null, actor: id });
    const { founderRoles: roles } = document.membership;
    const member = { id, pseudonym: checked.pseudonym, roles, joinedAt: now };
    await addMember(tx, ctx, {
      ...member,
      key: checked.key,
      password: founding.founder.password,
      invitedBy: null,
    });
    for (const role of roles.filter((one) => !document.membership.memberRoles.includes(one)))
      await recordFact(tx, ctx, {
        kind: 'role.granted',
        actor: id,
        subject: `member:${id}`,
        payload: { role },
        visibility: 'public',
      });
    const { name } = checked;
    const { currency } = founding;
    await store.insertCollective(tx, { name, currency, founderId: id, foundedAt: now, entryId: entry.id });
    await bringMoney(tx, ctx, founding, id);
    const actor = { memberId: id, roles, kind: 'member' as const };
    await founding.alongside?.(tx, { ...ctx, policy, actor });
    return { ok: true, collective: { name, currency }, member, policy, entry };
  });
}

async function bringMoney(tx: Tx, ctx: FoundingContext, founding: Founding, actor: string): Promise<void> {
  const { deposit, currency } = founding;
  if (!deposit) return;
  const amount = BigInt(deposit.amount);
  await recordFact(tx, ctx, {
    kind: 'fund.deposited',
    actor,
    subject: 'fund:main',
    payload: { fund: 'main', source: deposit.source },
    visibility: 'public',
    postings: [
      { account: `world:${deposit.source}`, currency, amount: -amount },
      { account: 'fund:main', currency, amount },
    ],
  });
}

export interface NewMember extends Member {
  pseudonym: string;
  key: string;
  password: string;
  invitedBy: string | null;
}

/** Writes a member, their login and the entry of their joining; the name stands in an erasable payload only. */
export async function addMember(tx: Tx, ctx: FoundingContext, given: NewMember): Promise<Entry> {
  const { id, pseudonym, key, password, roles, joinedAt, invitedBy } = given;
  const entry = await recordFact(tx, ctx, {
    kind: 'member.joined',
    actor: id,
    subject: `member:${id}`,
    payload: { pseudonym },
    visibility: 'private',
  });
  const row = {
    id,
    pseudonym,
    pseudonymKey: key,
    roles,
    invitedBy,
    joinedAt,
    erasedAt: null,
    entryId: entry.id,
  };
  await store.insert(tx, row);
  await createAccount(tx, { memberId: id, login: key, password });
  return entry;
}
