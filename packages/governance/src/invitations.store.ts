import { eq, type InferSelectModel, type Tx } from '@uncaged/platform';
import { invitations } from './tables.ts';

export type InvitationRow = InferSelectModel<typeof invitations>;

export async function insert(tx: Tx, row: InvitationRow): Promise<void> {
  await tx.insert(invitations).values(row);
}

/** The invitation with this code, locked so that it is used once. */
export async function lockByCode(tx: Tx, codeHash: Uint8Array): Promise<InvitationRow | null> {
  const [row] = await tx.select().from(invitations).where(eq(invitations.codeHash, codeHash)).for('update');
  return row ?? null;
}

export async function use(tx: Tx, id: string, by: string, at: Date): Promise<void> {
  await tx.update(invitations).set({ usedAt: at, usedBy: by }).where(eq(invitations.id, id));
}
