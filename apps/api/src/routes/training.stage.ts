import { createHash } from 'node:crypto';
import type { TrainJob } from '@uncaged/contract';
import type { Reply, Stage } from './studio.stage.ts';

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/** Brings in a drawing of a member's own; answers its id. */
export async function bring(
  stage: Stage,
  as: string,
  title: string,
  consents: readonly string[],
): Promise<string> {
  const colour = `#${sha256(Buffer.from(title)).slice(0, 6)}`;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64"><circle cx="32" cy="32" r="24" fill="${colour}"/></svg>`;
  const form = new FormData();
  form.set('file', new File([svg], 'a.svg'));
  form.set('title', title);
  for (const use of consents) form.append('consents', use);
  const reply = await stage.raw('/api/works', { method: 'POST', as, body: form });
  const json = (await reply.json()) as { work: { id: string } };
  if (reply.status !== 201) throw new Error(JSON.stringify(json));
  return json.work.id;
}

/** A safetensors file of half-precision zeros. */
export function tensorsFile(
  shapes: Readonly<Record<string, readonly number[]>>,
  metadata: Readonly<Record<string, string>>,
): Uint8Array<ArrayBuffer> {
  const header: Record<string, object> = { __metadata__: metadata };
  let at = 0;
  for (const [name, shape] of Object.entries(shapes)) {
    const end = at + shape.reduce((product, size) => product * size, 2);
    header[name] = { dtype: 'F16', shape, data_offsets: [at, end] };
    at = end;
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  const bytes = new Uint8Array(8 + json.length + at);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(json, 8);
  return bytes;
}

/** What a worker would have taught under this job. */
export function fileFor(job: TrainJob, change: Record<string, string> = {}): Uint8Array<ArrayBuffer> {
  if (job.trainKind === 'model') {
    const record = { name: job.name, config: { dim: 8 }, vocabulary: { words: [job.styleWord] } };
    const said = { format: 'uncaged-model-1', record: JSON.stringify(record), manifest: job.manifest };
    return tensorsFile({ 'block.0.qkv': [4, 12] }, { ...said, ...change });
  }
  return tensorsFile(
    { 'block.0.qkv.A': [4, 2], 'block.0.qkv.B': [2, 12], style: [1, 4] },
    {
      format: 'uncaged-adapter-1',
      name: job.name,
      style_word: job.styleWord,
      base_name: 'commons-2',
      base_sha256: job.base.weightsSha256,
      rank: '2',
      steps: '40',
      licence: 'All rights reserved',
      manifest: job.manifest,
      ...change,
    },
  );
}

export async function upload(stage: Stage, token: string, bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const hash = sha256(bytes);
  const stored = await stage.raw(`/api/worker/blobs/${hash}`, { method: 'PUT', body: bytes, as: token });
  if (stored.status !== 201) throw new Error(await stored.text());
  return hash;
}

/** Delivers what was taught under a job. */
export async function deliver(
  stage: Stage,
  token: string,
  job: TrainJob,
  { file = fileFor(job), ...change }: { file?: Uint8Array<ArrayBuffer>; [more: string]: unknown } = {},
): Promise<Reply> {
  const body = {
    file: await upload(stage, token, file),
    steps: 40,
    of: 40,
    seconds: 61.5,
    provider: 'cpu',
    policyHash: job.policyHash,
    baseWeightsSha256: job.base.weightsSha256,
    ...change,
  };
  return stage.send('POST', `/api/worker/leases/${job.leaseId}/taught`, { as: token, body });
}
