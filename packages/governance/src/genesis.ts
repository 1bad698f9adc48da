import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { checkPolicy, type Policy } from './policy.ts';

/** The folder `governance/` of this repository. */
const shipped = new URL('../../../governance/', import.meta.url);

async function readYaml(folder: URL, name: string): Promise<unknown> {
  return parse(await readFile(new URL(name, folder), 'utf8'));
}

/**
 * Reads the policy a new collective starts with from `policy.yaml`, `rate-card.yaml`, `safeguards.yaml` and `charter.md`.
 * Throws, naming the field, when the files do not make a policy: then this checkout is broken.
 */
export async function genesisPolicy(folder: URL = shipped): Promise<Policy> {
  const [fields, compensation, safeguards] = await Promise.all(
    ['policy.yaml', 'rate-card.yaml', 'safeguards.yaml'].map((name) => readYaml(folder, name)),
  );
  const charter = (await readFile(new URL('charter.md', folder), 'utf8')).trim();
  const check = checkPolicy({ ...(fields as object), charter, compensation, safeguards });
  if (!check.ok) throw new Error(`governance/*.yaml is no policy: ${check.field} ${check.reason}`);
  return check.policy;
}
