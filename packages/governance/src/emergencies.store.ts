import { and, asc, desc, eq, type InferSelectModel, lte, type Tx } from '@uncaged/platform';
import { emergencies, emergencySignatures } from './enactment.tables.ts';

export type EmergencyRow = InferSelectModel<typeof emergencies>;
export type SignatureRow = InferSelectModel<typeof emergencySignatures>;

export async function insert(tx: Tx, row: EmergencyRow): Promise<void> {
  await tx.insert(emergencies).values(row);
}

export async function byId(tx: Tx, id: string): Promise<EmergencyRow | null> {
  const [row] = await tx.select().from(emergencies).where(eq(emergencies.id, id));
  return row ?? null;
}

/** The same, kept from changing until the transaction ends. */
export async function lock(tx: Tx, id: string): Promise<EmergencyRow | null> {
  const [row] = await tx.select().from(emergencies).where(eq(emergencies.id, id)).for('update');
  return row ?? null;
}

/** Newest first. */
export async function all(tx: Tx): Promise<EmergencyRow[]> {
  return tx.select().from(emergencies).orderBy(desc(emergencies.createdAt), desc(emergencies.id));
}

/** Measures in force whose time is over. */
export async function over(tx: Tx, now: Date): Promise<EmergencyRow[]> {
  return tx
    .select()
    .from(emergencies)
    .where(and(eq(emergencies.state, 'in_force'), lte(emergencies.endsAt, now)))
    .orderBy(asc(emergencies.endsAt));
}

export async function signing(tx: Tx): Promise<EmergencyRow[]> {
  return tx.select().from(emergencies).where(eq(emergencies.state, 'signing'));
}

export async function update(tx: Tx, id: string, set: Partial<Omit<EmergencyRow, 'id'>>): Promise<void> {
  await tx.update(emergencies).set(set).where(eq(emergencies.id, id));
}

/** In the order of signing. */
export async function signaturesOf(tx: Tx, id: string): Promise<SignatureRow[]> {
  return tx
    .select()
    .from(emergencySignatures)
    .where(eq(emergencySignatures.emergencyId, id))
    .orderBy(asc(emergencySignatures.signedAt), asc(emergencySignatures.memberId));
}

export async function sign(tx: Tx, row: SignatureRow): Promise<void> {
  await tx.insert(emergencySignatures).values(row);
}
