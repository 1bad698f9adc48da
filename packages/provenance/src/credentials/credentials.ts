import { record } from '@uncaged/book';
import { collectiveOf } from '@uncaged/governance';
import type { Context } from '@uncaged/platform';
import { recorded } from '../context.ts';
import { type ModelRow, modelById } from '../models/models.store.ts';
import { sha256Of } from '../picture/read.ts';
import { type ManifestStore, read, sign } from './c2pa.ts';
import * as store from './chain.store.ts';
import { type Chain, keyPairFrom, makeChain, readChain } from './chain.ts';
import { signClaim } from './cose.ts';

/** Room for a signature with its two certificates, in bytes. */
const SIGNATURE_SIZE = 4096;
const TRAINED = 'http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia';
const NOT_ALLOWED = { use: 'notAllowed' };

export interface Credential {
  /** SHA-256 of the signed file */
  sha256: string;
  label: string;
  issuer: string;
  signedAt: Date;
  certificateSha256: string;
}

type SigningContext = Pick<Context, 'db' | 'clock' | 'ids' | 'secrets'>;

/** The collective's certificate chain, made and written into the book when it is first needed. */
export async function credentialChain(ctx: SigningContext): Promise<Chain> {
  const there = await store.chainRow(ctx.db.read);
  if (there) return readChain(there.pem);
  const keys = await signingKeys(ctx);
  return ctx.db.transaction(async (tx) => {
    await store.lockChain(tx);
    const first = await store.chainRow(tx);
    if (first) return readChain(first.pem);
    const name = (await collectiveOf(tx))?.name ?? 'Uncaged';
    const at = ctx.clock.now();
    const serial = () => `01${ctx.ids.next().replaceAll('-', '').slice(0, 30)}`;
    const chain = await makeChain(name, keys, at, { root: serial(), leaf: serial() });
    const entry = recorded(
      await record(tx, ctx, {
        kind: 'certificate.issued',
        actor: null,
        subject: `certificate:${chain.leafSha256}`,
        payload: { rootSha256: chain.rootSha256, leafSha256: chain.leafSha256, pem: chain.pem },
        visibility: 'public',
      }),
    );
    const { pem, rootSha256, leafSha256 } = chain;
    await store.insertChain(tx, { pem, rootSha256, leafSha256, entryId: entry.id, createdAt: at });
    return chain;
  });
}

async function signingKeys(
  ctx: Pick<SigningContext, 'secrets'>,
): Promise<{ root: CryptoKeyPair; leaf: CryptoKeyPair }> {
  const secret = await ctx.secrets.get('content-credentials');
  return { root: await keyPairFrom(secret, 'root'), leaf: await keyPairFrom(secret, 'leaf') };
}

export type SignedClip =
  | { ok: true; bytes: Uint8Array; credential: Credential }
  | { ok: false; code: 'media_unreadable' };

export interface ClipToSign {
  bytes: Uint8Array;
  /** video/mp4, image/webp, image/png … */
  mediaType: string;
  generationId: string;
  modelId: string;
  /** the book entry of the generation, when it stands already */
  entryId?: string | undefined;
  /** adapters mixed into the model, by their bytes: their names are their makers' to tell */
  adapters?: readonly { adapterId: string; sha256: string; weight: number }[] | undefined;
}

/**
 * Puts signed Content Credentials into a clip: created by a trained model, not to be mined or trained on (absent
 * consent means no), where it comes from (generation, model, adapters, dataset root, book entries), model and adapters
 * as ingredients.
 * Call it outside a transaction: signing takes 4–160 ms. Throws for a model that is not registered. Error:
 * `media_unreadable` (not a file of its media type all through).
 */
export async function signClip(ctx: SigningContext, clip: ClipToSign): Promise<SignedClip> {
  const model = await modelById(ctx.db.read, clip.modelId);
  if (!model) throw new Error(`no model ${clip.modelId} is registered`);
  const chain = await credentialChain(ctx);
  const { leaf } = await signingKeys(ctx);
  const signer = {
    size: SIGNATURE_SIZE,
    sign: (claim: Uint8Array) =>
      signClaim(claim, chain.certificates, (bytes) => ecdsa(leaf.privateKey, bytes), SIGNATURE_SIZE),
  };
  const bytes = await sign(clip, manifestOf(clip, model), signer);
  if (!bytes) return { ok: false, code: 'media_unreadable' };
  const label = (await read({ bytes, mediaType: clip.mediaType }))?.active_manifest;
  if (label === undefined) throw new Error('a signed clip carries no manifest');
  const credential = {
    sha256: sha256Of(bytes),
    label,
    issuer: issuerOf(chain),
    signedAt: ctx.clock.now(),
    certificateSha256: chain.leafSha256,
  };
  return { ok: true, bytes, credential };
}

function issuerOf(chain: Chain): string {
  return `certificate:${chain.rootSha256.slice(0, 16)}`;
}

async function ecdsa(key: CryptoKey, bytes: Uint8Array): Promise<Uint8Array> {
  return new Uint8Array(
    await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, key, new Uint8Array(bytes)),
  );
}

function manifestOf(clip: ClipToSign, model: ModelRow): object {
  const agent = { name: 'Uncaged' };
  return {
    claim_generator_info: [agent],
    title: `clip ${clip.generationId}`,
    format: clip.mediaType,
    instance_id: `urn:uncaged:generation:${clip.generationId}`,
    ingredients: [
      {
        title: model.name,
        format: 'application/octet-stream',
        instance_id: `urn:sha256:${model.weightsSha256}`,
        relationship: 'inputTo',
      },
      ...(clip.adapters ?? []).map(({ sha256 }) => ({
        title: 'adapter',
        format: 'application/octet-stream',
        instance_id: `urn:sha256:${sha256}`,
        relationship: 'inputTo',
      })),
    ],
    assertions: [
      {
        label: 'c2pa.actions.v2',
        data: { actions: [{ action: 'c2pa.created', digitalSourceType: TRAINED, softwareAgent: agent }] },
      },
      {
        label: 'cawg.training-mining',
        data: {
          entries: {
            'cawg.ai_generative_training': NOT_ALLOWED,
            'cawg.ai_inference': NOT_ALLOWED,
            'cawg.ai_training': NOT_ALLOWED,
            'cawg.data_mining': NOT_ALLOWED,
          },
        },
      },
      { label: 'org.uncaged.lineage', data: lineageAssertion(clip, model) },
    ],
  };
}

/** What the book can be asked about: where this clip comes from. */
function lineageAssertion(clip: ClipToSign, model: ModelRow): object {
  return {
    generation: clip.generationId,
    ...(clip.entryId === undefined ? {} : { entry: clip.entryId }),
    model: { id: model.id, name: model.name, weightsSha256: model.weightsSha256, entry: model.entryId },
    dataset: {
      id: model.datasetId,
      root: model.datasetRoot,
      items: model.works,
      entry: model.datasetEntryId,
    },
    ...(clip.adapters?.length ? { adapters: clip.adapters.map(mixedIn) } : {}),
  };
}

/** A weight stands as text: what reads CBOR need not agree with us about fractions. */
function mixedIn({ adapterId, sha256, weight }: { adapterId: string; sha256: string; weight: number }) {
  return { id: adapterId, sha256, weight: String(weight) };
}

export interface CredentialReading {
  label: string;
  /** `Trusted` when the signature leads to this collective's root, `Valid` for a sound one of somebody else */
  state: string;
  failures: string[];
  store: ManifestStore;
}

/** Reads the Content Credentials of a file and checks them against this collective's root; null without any. */
export async function readCredentials(
  ctx: SigningContext,
  file: { bytes: Uint8Array; mediaType: string },
): Promise<CredentialReading | null> {
  const chain = await credentialChain(ctx);
  const root = chain.pem.slice(chain.pem.indexOf('-----BEGIN', 10));
  const found = await read(file, root);
  if (!found) return null;
  return {
    label: found.active_manifest ?? '',
    state: found.validation_state ?? 'Invalid',
    failures: (found.validation_status ?? []).map((status) => status.code),
    store: found,
  };
}
