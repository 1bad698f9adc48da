import { type ArchivedEntry, blobPath } from '@uncaged/book/rules';
import { readManifest } from '@uncaged/provenance/rules';
import { about, isFields } from '../entries.ts';
import type { Finding } from '../finding.ts';
import { decodeText, type Part, whole } from '../source.ts';
import { idOf, list, type Payload, type Replay, text, type Wrong, wrong } from './replay.ts';

interface Dataset {
  readonly entry: ArchivedEntry;
  readonly manifestSha256: string;
  readonly root: string;
  readonly count: number;
}

/**
 * Models and the datasets they were trained on: clips name registered weights and adapters, manifests lead to their
 * roots. Of a model that a member taught with their own works alone, only the hash and the number of works is public.
 */
export class Models implements Replay {
  readonly kinds = [
    'dataset.registered',
    'model.registered',
    'model.kept',
    'adapter.kept',
    'adapter.imported',
    'generation.completed',
  ];
  readonly datasets = new Map<string, Dataset>();
  /** SHA-256 of the weights by model id. */
  readonly weights = new Map<string, string>();
  /** The model that made a clip, by the clip's id. */
  readonly made = new Map<string, string>();
  readonly #taughtBy = new Map<string, string>();
  /** Works behind a member's own model. */
  readonly #ownWorks = new Map<string, number>();
  /** What an adapter is, by its id. */
  readonly #adapters = new Map<string, { sha256: string; base: string }>();

  get clips(): number {
    return this.made.size;
  }

  /** How many works taught a model. */
  worksOf(modelId: string): number | null {
    return this.#ownWorks.get(modelId) ?? this.datasets.get(this.#taughtBy.get(modelId) ?? '')?.count ?? null;
  }

  /** Whether a model is everybody's: its clips owe something to the works that taught it. */
  isShared(modelId: string): boolean {
    return this.#taughtBy.has(modelId) && !this.#ownWorks.has(modelId);
  }

  step(entry: ArchivedEntry, payload: Payload | null): Wrong | null {
    if (!payload) return wrong('broken_model', 'hides a dataset, a model or what a clip was made with');
    if (entry.kind === 'dataset.registered') {
      const [manifestSha256, root] = [text(payload, 'manifestSha256'), text(payload, 'root')];
      const id = text(payload, 'datasetId');
      if (id !== idOf(entry) || this.datasets.has(id))
        return wrong('broken_model', 'registers a dataset that is another, or registered already');
      this.datasets.set(id, {
        entry,
        manifestSha256,
        root,
        count: Number(payload.count),
      });
      return null;
    }
    if (entry.kind.startsWith('adapter.')) return this.#adapter(entry, payload);
    const modelId = text(payload, 'modelId');
    const hash = text(payload, 'weightsSha256');
    if (entry.kind === 'model.kept') this.#ownWorks.set(modelId, Number(payload.works));
    if (entry.kind === 'model.registered' || entry.kind === 'model.kept') {
      if (entry.kind === 'model.registered' && !this.datasets.has(text(payload, 'datasetId')))
        return wrong('broken_model', 'was trained on no registered dataset');
      if (modelId !== idOf(entry) || this.weights.has(modelId))
        return wrong('broken_model', 'registers a model that is another, or registered already');
      this.weights.set(modelId, hash);
      this.#taughtBy.set(modelId, text(payload, 'datasetId'));
      return null;
    }
    const clip = text(payload, 'generationId');
    if (clip !== idOf(entry) || this.made.has(clip))
      return wrong('broken_model', 'completes a clip that is another, or was done already');
    this.made.set(clip, modelId);
    if (this.weights.get(modelId) !== hash)
      return wrong('broken_model', 'was made with weights that are not the model’s');
    return this.#mixed(payload, hash);
  }

  #adapter(entry: ArchivedEntry, payload: Payload): Wrong | null {
    const id = text(payload, 'adapterId');
    if (id !== idOf(entry) || this.#adapters.has(id))
      return wrong('broken_model', 'brings an adapter that is another, or was brought already');
    this.#adapters.set(id, { sha256: text(payload, 'sha256'), base: text(payload, 'baseWeightsSha256') });
    return null;
  }

  /** Whether the adapters that a clip mixes were there, with these bytes, for this base. */
  #mixed(payload: Payload, hash: string): Wrong | null {
    for (const part of payload.adapters === undefined ? [] : list(payload, 'adapters')) {
      const named = isFields(part) ? part : {};
      const adapter = this.#adapters.get(text(named, 'adapterId'));
      if (adapter?.sha256 !== named.sha256 || adapter?.base !== hash)
        return wrong('broken_model', 'mixes an adapter that was not there, or is another');
    }
    return null;
  }

  /** Reads each dataset's manifest and recomputes its root. */
  async checkManifests(parts: ReadonlyMap<string, Part>): Promise<Finding | null> {
    for (const { entry, manifestSha256, root, count } of this.datasets.values()) {
      const part = parts.get(blobPath(manifestSha256));
      if (!part) continue;
      const manifest = readManifest(decodeText(await whole(part)) ?? '{');
      if (!manifest.ok || manifest.root !== root || manifest.items.length !== count) {
        return about(entry, 'broken_model', 'has a manifest that does not lead to its root');
      }
    }
    return null;
  }
}
