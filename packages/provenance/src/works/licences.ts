/** What a licence field means for us. `spdx` is null where SPDX has no id. */
export type LicenceReading =
  | { ok: true; spdx: string; isDedication: boolean }
  | { ok: false; code: 'licence_missing' | 'licence_unknown' | 'licence_gpl' | 'licence_not_a_dedication' };

const DEDICATIONS: readonly [RegExp, string][] = [
  [/^https?:\/\/web\.resource\.org\/cc\/PublicDomain\/?$/i, 'CC-PDDC'],
  [/^https?:\/\/creativecommons\.org\/licenses\/publicdomain\/?$/i, 'CC-PDDC'],
  [/^https?:\/\/creativecommons\.org\/publicdomain\/mark\/1\.0\/?/i, 'LicenseRef-public-domain'],
  [/^https?:\/\/creativecommons\.org\/publicdomain\/zero\/1\.0\/?/i, 'CC0-1.0'],
  [/^CC0(?:[- ]1\.0)?$/i, 'CC0-1.0'],
  [/^public domain$/i, 'LicenseRef-public-domain'],
];

/**
 * Reads the licence field of a file that claims to be given to everyone. Errors: `licence_missing` (empty),
 * `licence_gpl`, `licence_not_a_dedication` (another licence we know), `licence_unknown`.
 */
export function readDedication(field: string): LicenceReading {
  const text = field.trim();
  if (text === '') return { ok: false, code: 'licence_missing' };
  for (const [pattern, spdx] of DEDICATIONS)
    if (pattern.test(text)) return { ok: true, spdx, isDedication: true };
  if (/\bL?GPL\b/i.test(text)) return { ok: false, code: 'licence_gpl' };
  if (/creativecommons\.org\/licenses\/|^CC[- ]BY/i.test(text))
    return { ok: false, code: 'licence_not_a_dedication' };
  return { ok: false, code: 'licence_unknown' };
}
