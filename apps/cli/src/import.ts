import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import {
  type CallResult,
  type Client,
  type ImportReport,
  type Problem,
  provenanceEndpoints,
} from '@uncaged/contract';
import { configOrExit } from './config.ts';
import { reachCollective } from './operator.ts';

/** One request carries at most so many files and bytes. */
const BATCH_FILES = 48;
const BATCH_BYTES = 3 * 1024 * 1024;
/** Files asked about at once: which of them are still wanted. */
const ASKED = 2000;
/** The server refuses larger files; what is larger is named without being sent. */
const MOST_BYTES = 5 * 1024 * 1024;

export interface ImportProgress {
  done: number;
  of: number;
  accepted: number;
  refused: number;
}

export type Imported =
  | { ok: true; report: ImportReport; sent: number; skipped: string[] }
  | { ok: false; problem: Problem };

interface LocalFile {
  path: string;
  sha256: string;
}

/**
 * Brings a folder of SVG files into a collective, over HTTP with the operator's token: asks which files are still
 * wanted, sends those in batches, ends with a report. Interrupted, the next call goes on where this one was; run
 * again, it changes nothing. `skipped` are files above 5 MiB; links are not followed.
 */
export async function importFolder(options: {
  client: Client;
  folder: string;
  source: string;
  onProgress?: (progress: ImportProgress) => void;
  signal?: AbortSignal;
}): Promise<Imported> {
  const { client, folder, source, onProgress = () => {}, signal } = options;
  const started = await client.call(provenanceEndpoints.startImport, { body: { source } });
  if (!started.ok) return started;
  const params = { id: started.answer.import.id };
  const { files, skipped } = await filesOf(folder);
  const wanted: LocalFile[] = [];
  for (let at = 0; at < files.length; at += ASKED) {
    const asked = files.slice(at, at + ASKED);
    const answer = await client.call(provenanceEndpoints.pendingImport, { params, body: { files: asked } });
    if (!answer.ok) return answer;
    const pending = new Set(answer.answer.pending);
    wanted.push(...asked.filter((file) => pending.has(file.path)));
  }
  const progress = { done: files.length - wanted.length, of: files.length, accepted: 0, refused: 0 };
  onProgress(progress);
  for await (const batch of batches(folder, wanted)) {
    signal?.throwIfAborted();
    const answer = await client.call(provenanceEndpoints.importFiles, { params, body: { files: batch } });
    if (!answer.ok) return answer;
    const { accepted, refused } = answer.answer.import;
    progress.done += batch.length;
    onProgress({ ...progress, accepted, refused });
  }
  const finished = await client.call(provenanceEndpoints.finishImport, { params });
  if (!finished.ok) return finished as Extract<CallResult<unknown>, { ok: false }>;
  return { ok: true, report: finished.answer.import, sent: wanted.length, skipped };
}

/** All SVG files below a folder by path, with their hashes; links are not followed. */
async function filesOf(folder: string): Promise<{ files: LocalFile[]; skipped: string[] }> {
  const found = (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && entry.name.toLowerCase().endsWith('.svg'))
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .sort();
  const files: LocalFile[] = [];
  const skipped: string[] = [];
  for (const path of found) {
    const { size } = await stat(join(folder, path));
    if (size > MOST_BYTES) skipped.push(path);
    else
      files.push({
        path,
        sha256: createHash('sha256')
          .update(await readFile(join(folder, path)))
          .digest('hex'),
      });
  }
  return { files, skipped };
}

async function* batches(
  folder: string,
  files: readonly LocalFile[],
): AsyncGenerator<{ path: string; bytes: string }[]> {
  let batch: { path: string; bytes: string }[] = [];
  let size = 0;
  for (const { path } of files) {
    const bytes = await readFile(join(folder, path));
    if (batch.length > 0 && (batch.length >= BATCH_FILES || size + bytes.length > BATCH_BYTES)) {
      yield batch;
      batch = [];
      size = 0;
    }
    batch.push({ path, bytes: bytes.toString('base64') });
    size += bytes.length;
  }
  if (batch.length > 0) yield batch;
}

/** The report as a person reads it. */
export function reportText(report: ImportReport, seconds: number): string {
  const mebibytes = (bytes: number) => `${Math.round(bytes / 1024 / 1024)} MiB`;
  const reasons = Object.entries(report.reasons).sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  const wide = Math.max(...reasons.map(([reason]) => reason.length), 8);
  const line = (name: string, value: string | number) =>
    `  ${name.padEnd(wide)}  ${String(value).padStart(7)}`;
  return [
    `${report.source}: ${report.files} files, ${report.authors} authors`,
    line('accepted', report.accepted),
    ...reasons.map(([reason, files]) => line(reason, files)),
    `  ${seconds.toFixed(1)} s here, ${report.seconds.toFixed(1)} s of the server's work in all runs`,
    `  peak memory: server ${mebibytes(report.peakMemory.server)}, renderer ${mebibytes(report.peakMemory.renderer)}`,
    report.entryId === null ? '' : `  written down in entry ${report.entryId}`,
  ]
    .filter((text) => text !== '')
    .join('\n');
}

/** `uncaged import openclipart DIR`: brings a public-domain collection in and prints the report. */
export async function importCollection(
  source: string,
  folder: string,
  options: { data?: string },
): Promise<void> {
  const config = configOrExit(options);
  if (!(await stat(folder).catch(() => null))?.isDirectory()) {
    console.error(
      `uncaged: ${folder} is no folder. Unpack the collection and name the folder with its SVG files.`,
    );
    process.exit(1);
  }
  const reached = await reachCollective(config);
  const started = performance.now();
  try {
    const imported = await importFolder({ client: reached.client, folder, source, onProgress: drawProgress });
    if (process.stderr.isTTY) process.stderr.write('\n');
    if (!imported.ok) {
      console.error(`uncaged: ${imported.problem.detail} ${imported.problem.next}`);
      process.exitCode = 1;
      return;
    }
    for (const path of imported.skipped) console.error(`not sent, above 5 MiB: ${path}`);
    console.log(reportText(imported.report, (performance.now() - started) / 1000));
    console.log(imported.sent === 0 ? '  nothing was new' : `  ${imported.sent} files sent in this run`);
  } finally {
    await reached.close();
  }
}

function drawProgress({ done, of, accepted, refused }: ImportProgress): void {
  const share = of === 0 ? 1 : done / of;
  const bar = '█'.repeat(Math.floor(share * 30)).padEnd(30, '░');
  const text = `${bar} ${done} of ${of}   ${accepted} accepted, ${refused} refused`;
  if (process.stderr.isTTY) process.stderr.write(`\r${text}\u001b[K`);
  else if (done === of || done % 480 === 0) process.stderr.write(`${text}\n`);
}
