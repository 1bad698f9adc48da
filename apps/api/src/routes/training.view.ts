/** How fine-tunes and adapters stand on the wire. */
import type {
  AdapterDetail,
  FineTuneSummary,
  Sheet,
  TrainingUse,
  Adapter as WireAdapter,
  FineTune as WireFineTune,
  Material as WireMaterial,
} from '@uncaged/contract';
import type { DatasetRow, Ground } from '@uncaged/provenance';
import type { Adapter, FineTune, FineTuneDetail, Material } from '@uncaged/studio';
import { mayNow } from '@uncaged/studio';
import { wireDataset, wireWorkSummary } from './provenance.view.ts';

const iso = (time: Date | null) => time?.toISOString() ?? null;

function wireUses(uses: Ground['uses']): TrainingUse[] {
  return uses.map(({ expiresAt, ...use }) => ({ ...use, expiresAt: iso(expiresAt) }));
}

export function wireMaterial({ ground, caption, suggestion }: Material): WireMaterial {
  const { row, uses } = ground;
  return {
    work: wireWorkSummary(row),
    caption,
    suggestion,
    uses: wireUses(uses),
    hasPicture: row.shownSha256 !== null,
  };
}

function wireSheet(fineTuneId: string, { step, sha256 }: { step: number; sha256: string }): Sheet {
  const url = `/api/fine-tunes/${fineTuneId}/sheets/${step}?of=${sha256.slice(0, 16)}`;
  return { step, url, sha256 };
}

export function wireFineTuneSummary(found: FineTune): FineTuneSummary {
  const { row, pseudonym, works, queue, newestSheet } = found;
  const { id, kind, name, styleWord, state, gpuMs } = row;
  return {
    id,
    kind,
    name,
    styleWord,
    state,
    stopping: row.stopWanted,
    maker: { id: row.makerId, pseudonym },
    base: { id: row.baseModelId, name: row.baseName, weightsSha256: row.baseWeightsSha256 },
    works,
    steps: { done: row.step, of: row.stepOf ?? row.steps },
    imagesPerSecond: row.imagesPerSecond,
    secondsLeft: row.secondsLeft,
    loss: row.loss,
    position: queue.position,
    estimateSeconds: queue.estimateSeconds,
    seconds: gpuMs === null ? null : Number(gpuMs) / 1000,
    provider: row.provider,
    attempts: row.failures + row.lapses,
    failure: row.failure,
    adapterId: row.adapterId,
    modelId: row.modelId,
    sheet: newestSheet && wireSheet(id, newestSheet),
    may: mayNow({ ...row, hasFile: row.fileSha256 !== null }),
    entryId: row.entryId,
    createdAt: row.createdAt.toISOString(),
    startedAt: iso(row.startedAt),
    finishedAt: iso(row.finishedAt),
  };
}

export function wireFineTune(
  found: FineTuneDetail,
  beside: { adapter: Adapter | null; dataset: DatasetRow | null; looker: string | null },
): WireFineTune {
  const { row, items, losses, sheets } = found;
  return {
    ...wireFineTuneSummary(found),
    seed: row.seed.toString(),
    rank: row.rank,
    sheetEvery: row.sheetEvery,
    asked: { prompts: row.sheetPrompts, seeds: row.sheetSeeds.map(String) },
    items: items.map(({ ground, caption, machineMade, consentId }) => ({
      work: wireWorkSummary(ground.row),
      caption,
      machineMade,
      consentId,
      uses: wireUses(ground.uses),
    })),
    losses,
    sheets: sheets.map((sheet) => wireSheet(row.id, sheet)),
    adapter: beside.adapter && wireAdapter(beside.adapter, beside.looker),
    dataset: beside.dataset && wireDataset(beside.dataset),
  };
}

export function wireAdapter(found: Adapter, looker: string | null): WireAdapter {
  const { row, pseudonym, baseModelId, because } = found;
  const mine = row.ownerId === looker;
  return {
    id: row.id,
    name: row.name,
    styleWord: row.styleWord,
    source: row.source,
    maker: { id: row.ownerId, pseudonym },
    mine,
    shared: row.sharedAt !== null,
    sharedAt: iso(row.sharedAt),
    base: { id: baseModelId, name: row.baseName, weightsSha256: row.baseWeightsSha256 },
    sha256: row.sha256,
    size: Number(row.size),
    rank: row.rank,
    steps: row.steps,
    works: row.works,
    fineTuneId: mine ? row.fineTuneId : null,
    file: mine && row.state === 'ready' ? `/api/adapters/${row.id}/file` : null,
    usable: because === null,
    because,
    entryId: row.entryId,
    createdAt: row.createdAt.toISOString(),
  };
}

export function wireAdapterDetail(found: Adapter, looker: string | null): AdapterDetail {
  const { manifest } = found.row;
  return {
    ...wireAdapter(found, looker),
    manifest: manifest === null ? null : (JSON.parse(manifest) as AdapterDetail['manifest']),
  };
}
