import { createECDH, createHash, hkdfSync } from 'node:crypto';
// The certificate library's container needs the polyfill before it loads.
import 'reflect-metadata';
import * as x509 from '@peculiar/x509';

x509.cryptoProvider.set(crypto);

const CURVE = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
/** Order of the group of P-256 (NIST SP 800-186, section 3.2.1.3). */
const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

export interface Chain {
  /** leaf first, then root, PEM */
  pem: string;
  /** the same two, DER */
  certificates: Uint8Array[];
  /** SHA-256 of the DER, hex */
  rootSha256: string;
  leafSha256: string;
}

/**
 * A P-256 key pair from 32 secret bytes and a label, the same at every start: HKDF-SHA-256 to 48 bytes, reduced to
 * 1 … n−1 (FIPS 186-5, A.2.1: so many extra bits that no scalar is likelier than another).
 */
export async function keyPairFrom(secret: Uint8Array, label: string): Promise<CryptoKeyPair> {
  const stream = Buffer.from(hkdfSync('sha256', secret, '', `uncaged/p256/${label}`, 48));
  const scalar = (BigInt(`0x${stream.toString('hex')}`) % (ORDER - 1n)) + 1n;
  const d = Buffer.from(scalar.toString(16).padStart(64, '0'), 'hex');
  const curve = createECDH('prime256v1');
  curve.setPrivateKey(d);
  const point = curve.getPublicKey();
  const part = (bytes: Buffer) => bytes.toString('base64url');
  const open = { kty: 'EC', crv: 'P-256', x: part(point.subarray(1, 33)), y: part(point.subarray(33)) };
  const { subtle } = crypto;
  return {
    privateKey: await subtle.importKey('jwk', { ...open, d: part(d) }, CURVE, false, ['sign']),
    publicKey: await subtle.importKey('jwk', open, CURVE, true, ['verify']),
  };
}

/**
 * Makes a collective's certificates: a root that only signs the leaf, and a leaf that signs content credentials
 * (C2PA 2.1, section 14.5: CA false, digital signature only, e-mail protection, organisation named; valid ten years).
 */
export async function makeChain(
  name: string,
  keys: { root: CryptoKeyPair; leaf: CryptoKeyPair },
  at: Date,
  serials: { root: string; leaf: string },
): Promise<Chain> {
  const notAfter = new Date(at);
  notAfter.setUTCFullYear(notAfter.getUTCFullYear() + 10);
  const organisation = name.normalize('NFC').slice(0, 60);
  const rootName = [{ O: [organisation] }, { CN: ['Content credentials root'] }];
  const root = await x509.X509CertificateGenerator.create({
    serialNumber: serials.root,
    subject: rootName,
    issuer: rootName,
    notBefore: at,
    notAfter,
    signingAlgorithm: CURVE,
    publicKey: keys.root.publicKey,
    signingKey: keys.root.privateKey,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.root.publicKey),
    ],
  });
  const leaf = await x509.X509CertificateGenerator.create({
    serialNumber: serials.leaf,
    subject: [{ O: [organisation] }, { CN: ['Content credentials'] }],
    issuer: rootName,
    notBefore: at,
    notAfter,
    signingAlgorithm: CURVE,
    publicKey: keys.leaf.publicKey,
    signingKey: keys.root.privateKey,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.emailProtection], false),
      await x509.SubjectKeyIdentifierExtension.create(keys.leaf.publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(keys.root.publicKey),
    ],
  });
  return readChain(`${leaf.toString('pem')}\n${root.toString('pem')}\n`);
}

/** Reads a chain back from its PEM. */
export function readChain(pem: string): Chain {
  const certificates = x509.PemConverter.decode(pem).map((der) => new Uint8Array(der));
  const [leaf, root] = certificates;
  if (!leaf || !root) throw new Error('a certificate chain needs a leaf and a root');
  const hash = (der: Uint8Array) => createHash('sha256').update(der).digest('hex');
  return { pem, certificates, rootSha256: hash(root), leafSha256: hash(leaf) };
}
