import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createOnce } from './files.ts';

/**
 * Keys and secrets by name, each made the first time it is asked for. They are files readable by their owner
 * only: `<name>.ed25519.pem` (PKCS #8) and `<name>.secret` (64 hex digits), in `<data>/secrets` or, where several
 * replicas share them, in the folder UNCAGED_SECRETS (a mounted secret works: put the files there beforehand).
 */
export interface Secrets {
  /** An Ed25519 key pair; `publicKey` is the raw 32 bytes of RFC 8032. */
  signingKey(name: string): Promise<SigningKey>;
  /** 32 random bytes. */
  get(name: string): Promise<Uint8Array>;
}

export interface SigningKey {
  publicKey: Uint8Array;
  privateKey: KeyObject;
}

export function secretsIn(folder: string): Secrets {
  const keys = new Map<string, Promise<SigningKey>>();
  const values = new Map<string, Promise<Uint8Array>>();
  return {
    signingKey: (name) => once(keys, name, () => readKey(pathOf(folder, `${name}.ed25519.pem`))),
    get: (name) => once(values, name, () => readSecret(pathOf(folder, `${name}.secret`))),
  };
}

function pathOf(folder: string, file: string): string {
  if (!/^[a-z0-9][a-z0-9-]*\.[a-z0-9.]+$/.test(file)) throw new Error(`${file} is no name for a secret`);
  return join(folder, file);
}

function once<T>(known: Map<string, Promise<T>>, name: string, make: () => Promise<T>): Promise<T> {
  const before = known.get(name);
  if (before) return before;
  const made = make();
  known.set(name, made);
  made.catch(() => known.delete(name));
  return made;
}

async function readKey(path: string): Promise<SigningKey> {
  const pem = await readOrCreate(path, () => {
    const { privateKey } = generateKeyPairSync('ed25519');
    return privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
  });
  const privateKey = createPrivateKey(pem);
  if (privateKey.asymmetricKeyType !== 'ed25519') throw new Error(`${path} holds no Ed25519 key`);
  const { x } = createPublicKey(privateKey).export({ format: 'jwk' });
  return { privateKey, publicKey: new Uint8Array(Buffer.from(x as string, 'base64url')) };
}

async function readSecret(path: string): Promise<Uint8Array> {
  const text = (await readOrCreate(path, () => `${randomBytes(32).toString('hex')}\n`)).trim();
  if (!/^[0-9a-f]{64}$/.test(text)) throw new Error(`${path} must hold 64 hex digits`);
  return new Uint8Array(Buffer.from(text, 'hex'));
}

async function readOrCreate(path: string, make: () => string): Promise<string> {
  const found = await readFile(path, 'utf8').catch(absent);
  if (found !== null) return found;
  await createOnce(path, make());
  return readFile(path, 'utf8');
}

function absent(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT') return null;
  throw error;
}
