import { readFile } from 'node:fs/promises';
import { BMFF } from '@trustnxt/c2pa-ts/asset';
import { SuperBox } from '@trustnxt/c2pa-ts/jumbf';
import { ManifestStore } from '@trustnxt/c2pa-ts/manifest';
import { openTestPlatform } from '@uncaged/platform/testing';
import { describe, expect, it } from 'vitest';
import { read, sign } from './c2pa.ts';
import { keyPairFrom, makeChain } from './chain.ts';
import { signClaim } from './cose.ts';

void openTestPlatform;
const mp4 = await readFile('/tmp/mp4/clip.mp4');
describe('x', () => {
  it('signs', async () => {
    const secret = new Uint8Array(32).fill(7);
    const keys = { root: await keyPairFrom(secret, 'root'), leaf: await keyPairFrom(secret, 'leaf') };
    const chain = await makeChain('Test', keys, new Date(Date.now() - 1e7), { root: '01aa', leaf: '01bb' });
    console.log(chain.certificates.map((c) => c.length));
    const t = performance.now();
    const bytes = await sign(
      { bytes: mp4, mediaType: 'video/mp4' },
      {
        claim_generator_info: [{ name: 'Uncaged' }],
        title: 'clip',
        format: 'video/mp4',
        ingredients: [
          {
            title: 'commons-1',
            format: 'application/octet-stream',
            instance_id: 'urn:sha256:aa',
            relationship: 'inputTo',
          },
        ],
        assertions: [
          {
            label: 'c2pa.actions.v2',
            data: {
              actions: [
                {
                  action: 'c2pa.created',
                  digitalSourceType: 'http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia',
                  softwareAgent: { name: 'Uncaged' },
                },
              ],
            },
          },
          { label: 'cawg.training-mining', data: { entries: { 'cawg.ai_training': { use: 'notAllowed' } } } },
          { label: 'org.uncaged.lineage', data: { a: 1 } },
        ],
      },
      {
        size: 4096,
        sign: (claim) =>
          signClaim(
            claim,
            chain.certificates,
            async (b) =>
              new Uint8Array(
                await crypto.subtle.sign(
                  { name: 'ECDSA', hash: 'SHA-256' },
                  keys.leaf.privateKey,
                  new Uint8Array(b),
                ),
              ),
            4096,
          ),
      },
    );
    console.log(performance.now() - t, bytes.length);
    const root = chain.pem.slice(chain.pem.indexOf('-----BEGIN', 10));
    const got = await read({ bytes, mediaType: 'video/mp4' }, root);
    console.log(JSON.stringify(got, null, 1).slice(0, 6000));
    const again = await read({ bytes: mp4, mediaType: 'video/mp4' }).catch((e) => String(e));
    console.log('unsigned', again);
    const bad = new Uint8Array(bytes);
    bad[bad.length - 5]! ^= 1;
    const b = await read({ bytes: bad, mediaType: 'video/mp4' }, root);
    console.log(b?.validation_state, b?.validation_status);
    console.log('canRead', BMFF.canRead(bytes));
    (BMFF as any).canReadBrands.add('isom');
    const asset = new BMFF(bytes);
    const jumbf = asset.getManifestJUMBF()!;
    const box = SuperBox.fromBuffer(jumbf);
    const manifests = ManifestStore.read(box);
    const result = await manifests.validate(asset);
    console.log(result.isValid, JSON.stringify(result.statusEntries, null, 1).slice(0, 3000));
  });
});
