import { readFile } from 'node:fs/promises';
import { BMFF } from '@trustnxt/c2pa-ts/asset';
import { SuperBox } from '@trustnxt/c2pa-ts/jumbf';
import { ManifestStore } from '@trustnxt/c2pa-ts/manifest';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Collective, openCollective, shipModel } from '../fixtures/collective.ts';
import { read } from './c2pa.ts';
import { keyPairFrom } from './chain.ts';
import { credentialChain, readCredentials, type SignedClip, signClip } from './credentials.ts';

const clip = new Uint8Array(await readFile(new URL('../fixtures/clip.mp4', import.meta.url)));
let collective: Collective;
let modelId = '';
beforeAll(async () => {
  collective = await openCollective();
  modelId = (await shipModel(collective)).id;
});
afterAll(() => collective.close());

function signedBytes(made: SignedClip): Uint8Array {
  if (!made.ok) throw new Error(made.code);
  return made.bytes;
}

const signed = async (bytes: Uint8Array, mediaType: string) =>
  signedBytes(
    await signClip(collective.ctx, { bytes, mediaType, generationId: 'g-1', modelId, entryId: 'e-1' }),
  );

describe('content credentials', () => {
  it('of an AV1 clip are read back and trusted', async () => {
    const bytes = await signed(clip, 'video/mp4');
    const found = await readCredentials(collective.ctx, { bytes, mediaType: 'video/mp4' });
    expect(found).toMatchObject({ state: 'Trusted', failures: [] });
    const manifest = found?.store.manifests?.[found.label] as {
      assertions: { label: string; data: Record<string, unknown> }[];
      ingredients: { title: string; relationship: string }[];
    };
    const said = (label: string) => manifest.assertions.find((assertion) => assertion.label === label)?.data;
    expect(said('c2pa.actions.v2')).toMatchObject({
      actions: [
        { action: 'c2pa.created', digitalSourceType: expect.stringContaining('/trainedAlgorithmicMedia') },
      ],
    });
    expect(said('cawg.training-mining')).toMatchObject({
      entries: { 'cawg.ai_training': { use: 'notAllowed' } },
    });
    expect(said('org.uncaged.lineage')).toMatchObject({
      generation: 'g-1',
      entry: 'e-1',
      model: { name: 'tiny-1', weightsSha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
      dataset: { root: expect.stringMatching(/^[0-9a-f]{64}$/), items: 12 },
    });
    expect(manifest.ingredients).toMatchObject([{ title: 'tiny-1', relationship: 'inputTo' }]);
  });

  it('name the adapters that were mixed in, by their bytes and weights', async () => {
    const adapters = [{ adapterId: 'a-1', sha256: 'ab'.repeat(32), weight: -0.5 }];
    const made = await signClip(collective.ctx, {
      bytes: clip,
      mediaType: 'video/mp4',
      generationId: 'g-2',
      modelId,
      adapters,
    });
    if (!made.ok) throw new Error(made.code);
    const found = await readCredentials(collective.ctx, { bytes: made.bytes, mediaType: 'video/mp4' });
    expect(found).toMatchObject({ state: 'Trusted', failures: [] });
    const manifest = JSON.stringify(found?.store.manifests?.[found.label]);
    expect(manifest).toContain(`"adapters":[{"id":"a-1","sha256":"${'ab'.repeat(32)}","weight":"-0.5"}]`);
    expect(manifest).toContain(`urn:sha256:${'ab'.repeat(32)}`);
  });

  it('of an AV1 clip hold for the second implementation, once it lets the brand `isom` in', async () => {
    const bytes = await signed(clip, 'video/mp4');
    // @trustnxt/c2pa-ts 0.9.4 opens BMFF files of the brands heic and mif1 only; docs/content-credentials.md says so.
    expect(BMFF.canRead(bytes)).toBe(false);
    (BMFF as unknown as { canReadBrands: Set<string> }).canReadBrands.add('isom');
    const asset = new BMFF(new Uint8Array(bytes));
    const jumbf = asset.getManifestJUMBF();
    const result = await ManifestStore.read(SuperBox.fromBuffer(jumbf as Uint8Array<ArrayBuffer>)).validate(
      asset,
    );
    expect(result.statusEntries.filter((entry) => !entry.success)).toEqual([]);
    expect(result.statusEntries.map((entry) => entry.code)).toEqual(
      expect.arrayContaining([
        'claimSignature.validated',
        'assertion.hashedURI.match',
        'assertion.bmffHash.match',
      ]),
    );
    expect(result.isValid).toBe(true);
  });

  it.each(['png', 'webp'] as const)('of a %s are trusted', async (kind) => {
    const picture = await sharp({ create: { width: 32, height: 32, channels: 3, background: '#a33' } })
      .toFormat(kind)
      .toBuffer();
    const bytes = await signed(picture, `image/${kind}`);
    const found = await readCredentials(collective.ctx, { bytes, mediaType: `image/${kind}` });
    expect(found).toMatchObject({ state: 'Trusted', failures: [] });
  });

  it('break when one bit of the picture is changed', async () => {
    const bytes = new Uint8Array(await signed(clip, 'video/mp4'));
    bytes[bytes.length - 5] = (bytes[bytes.length - 5] ?? 0) ^ 1;
    const found = await readCredentials(collective.ctx, { bytes, mediaType: 'video/mp4' });
    expect(found).toMatchObject({ state: 'Invalid', failures: ['assertion.bmffHash.mismatch'] });
  });

  it('are valid but not trusted without the collective’s root', async () => {
    const bytes = await signed(clip, 'video/mp4');
    expect((await read({ bytes, mediaType: 'video/mp4' }))?.validation_state).not.toBe('Trusted');
  });

  it('are absent from a clip nobody signed', async () => {
    expect(await readCredentials(collective.ctx, { bytes: clip, mediaType: 'video/mp4' })).toBeNull();
  });
});

it('the chain is made once and stands in the book', async () => {
  const [one, other] = [await credentialChain(collective.ctx), await credentialChain(collective.ctx)];
  expect(other.pem).toBe(one.pem);
  expect(await collective.kinds()).toContain('certificate.issued');
});

it('the same secret gives the same key, another label another', async () => {
  const secret = new Uint8Array(32).fill(7);
  const open = async (label: string) =>
    (await crypto.subtle.exportKey('jwk', (await keyPairFrom(secret, label)).publicKey)).x;
  expect(await open('leaf')).toBe(await open('leaf'));
  expect(await open('leaf')).not.toBe(await open('root'));
});
