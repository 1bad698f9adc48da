import { afterEach, expect, test, vi } from 'vitest';
import { exampleFacts, manifest, weights } from './example.testing.ts';
import { forgeArchive, forgeEntries } from './testing.ts';
import { verifyArchive } from './verify.ts';

const builtin = process.getBuiltinModule;
afterEach(() => {
  process.getBuiltinModule = builtin;
  vi.unstubAllGlobals();
  vi.resetModules();
});

const honest = forgeArchive(forgeEntries(exampleFacts()), { blobs: [weights, manifest] });
const changed = honest.slice();
// Within the signature of the last checkpoint.
const signature = new TextDecoder('latin1').decode(honest).lastIndexOf('uncaged.book/forged ') + 40;
changed[signature] = changed[signature] === 0x61 ? 0x62 : 0x61;

/** The checker as it runs where there is no Node. */
async function elsewhere(): Promise<typeof verifyArchive> {
  process.getBuiltinModule = (() => undefined) as typeof builtin;
  vi.resetModules();
  return (await import('./verify.ts')).verifyArchive;
}

test('a page, which has the web’s cryptography, says what Node says', async () => {
  const verify = await elsewhere();
  expect(await verify(honest)).toEqual(await verifyArchive(honest));
  expect(await verify(changed)).toEqual(await verifyArchive(changed));
});

test('so does a page over plain http, which has none', async () => {
  const verify = await elsewhere();
  vi.stubGlobal('crypto', { getRandomValues: globalThis.crypto.getRandomValues });
  expect(await verify(honest)).toEqual(await verifyArchive(honest));
  expect(await verify(changed)).toMatchObject({ ok: false, code: 'bad_checkpoint' });
});
