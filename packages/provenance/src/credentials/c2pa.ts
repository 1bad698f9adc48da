import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import init, { WasmBuilder, WasmReader } from '@contentauth/c2pa-wasm';

/** A Blob that holds its bytes, because the library reads blobs synchronously, as a browser's worker can. */
class HeldBlob extends Blob {
  readonly #bytes: Uint8Array<ArrayBuffer>;
  constructor(bytes: Uint8Array<ArrayBuffer>) {
    super([bytes]);
    this.#bytes = bytes;
  }
  override slice(start = 0, end = this.size): HeldBlob {
    return new HeldBlob(this.#bytes.slice(start, end));
  }
  held(): ArrayBuffer {
    return this.#bytes.slice().buffer;
  }
}

/** What browsers' workers have and Node lacks; only for blobs made here. */
class HeldReader {
  readAsArrayBuffer(blob: Blob): ArrayBuffer {
    if (!(blob instanceof HeldBlob))
      throw new TypeError('only a blob that holds its bytes can be read at once');
    return blob.held();
  }
}

let ready: Promise<unknown> | null = null;

/** Loads the library once. */
async function load(): Promise<void> {
  ready ??= (async () => {
    const scope = globalThis as { FileReaderSync?: unknown };
    scope.FileReaderSync ??= HeldReader;
    const wasm = await readFile(fileURLToPath(import.meta.resolve('@contentauth/c2pa-wasm/c2pa.wasm')));
    await init({ module_or_path: wasm });
  })();
  await ready;
}

/** Bytes as the library wants them. */
const plain = (bytes: Uint8Array): Uint8Array<ArrayBuffer> => new Uint8Array(bytes);

export interface Signer {
  sign(claim: Uint8Array): Promise<Uint8Array<ArrayBuffer>>;
  /** exact size of what `sign` answers, in bytes */
  size: number;
}

/** Signs a file with a C2PA manifest: the signed file's bytes. Null for a file that cannot be read as what it says it is. */
export async function sign(
  file: { bytes: Uint8Array; mediaType: string },
  definition: object,
  signer: Signer,
): Promise<Uint8Array | null> {
  await load();
  const builder = WasmBuilder.fromJson(
    JSON.stringify(definition),
    JSON.stringify({ verify: { verify_after_sign: false } }),
  );
  // The library asks for the signature once it has read the file whole: what fails before is the file's fault.
  let asked = false;
  try {
    const how = {
      alg: 'es256',
      reserveSize: signer.size,
      sign: async (claim: Uint8Array<ArrayBuffer>) => {
        asked = true;
        return signer.sign(claim);
      },
    };
    return new Uint8Array(await builder.sign(how, [], file.mediaType, new HeldBlob(plain(file.bytes))));
  } catch (error) {
    if (asked) throw error;
    return null;
  } finally {
    builder.free();
  }
}

export interface ManifestStore {
  active_manifest?: string;
  manifests?: Record<string, Record<string, unknown>>;
  validation_state?: string;
  validation_status?: { code: string; explanation?: string }[];
  validation_results?: { activeManifest?: { success?: unknown[]; failure?: { code: string }[] } };
}

/** Reads and checks the C2PA manifests of a file; null when it carries none. `anchors`: PEM whom to trust. */
export async function read(
  file: { bytes: Uint8Array; mediaType: string },
  anchors?: string,
): Promise<ManifestStore | null> {
  await load();
  const trust =
    anchors === undefined
      ? undefined
      : JSON.stringify({ trust: { user_anchors: anchors }, verify: { verify_trust: true } });
  let reader: WasmReader;
  try {
    reader = await WasmReader.fromBytes(file.mediaType, file.bytes, trust ?? null);
  } catch (error) {
    if (/JumbfNotFound|no JUMBF|ManifestNotFound/i.test(String(error))) return null;
    throw error;
  }
  try {
    return JSON.parse(reader.json()) as ManifestStore;
  } finally {
    reader.free();
  }
}
