import { asc, desc, eq, type InferSelectModel, type Tx } from '@uncaged/platform';
import { policyVersions } from './tables.ts';

export type PolicyRow = InferSelectModel<typeof policyVersions>;

/** The last version, or null before the founding. */
export async function latest(tx: Tx): Promise<PolicyRow | null> {
  const [row] = await tx.select().from(policyVersions).orderBy(desc(policyVersions.version)).limit(1);
  return row ?? null;
}

export async function byVersion(tx: Tx, version: number): Promise<PolicyRow | null> {
  const [row] = await tx.select().from(policyVersions).where(eq(policyVersions.version, version));
  return row ?? null;
}

export async function byHash(tx: Tx, hash: string): Promise<PolicyRow | null> {
  const [row] = await tx
    .select()
    .from(policyVersions)
    .where(eq(policyVersions.hash, hash))
    .orderBy(desc(policyVersions.version))
    .limit(1);
  return row ?? null;
}

/** All versions from genesis on. */
export async function all(tx: Tx): Promise<PolicyRow[]> {
  return tx.select().from(policyVersions).orderBy(asc(policyVersions.version));
}

/** Appends a version. The database refuses one that does not follow the last. */
export async function append(tx: Tx, row: PolicyRow): Promise<void> {
  await tx.insert(policyVersions).values(row);
}
