import { type ArchivedEntry, blobPath } from '@uncaged/book/rules';
import { readManifest } from '@uncaged/provenance/rules';
import { about } from '../entries.ts';
import type { Finding } from '../finding.ts';
import { decodeText, type Part, whole } from '../source.ts';
import { idOf, type Payload, type Replay, text, type Wrong, wrong } from './replay.ts';

interface Dataset {
  readonly entry: ArchivedEntry;
  readonly manifestSha256: string;
  readonly root: string;
  readonly count: number;
}

/** Models and the datasets they were trained on: clips name registered weights, manifests lead to their roots. */
export class Models implements Replay {
  readonly kinds = ['dataset.registered', 'model.registered', 'generation.completed'];
  readonly datasets = new Map<string, Dataset>();
  /** SHA-256 of the weights by model id. */
  readonly weights = new Map<string, string>();
  /** The model that made a clip, by the clip's id. */
  readonly made = new Map<string, string>();
  readonly #taughtBy = new Map<string, string>();

  get clips(): number {
    return this.made.size;
  }

  /** How many works taught a model. */
  worksOf(modelId: string): number | null {
    return this.datasets.get(this.#taughtBy.get(modelId) ?? '')?.count ?? null;
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
    const modelId = text(payload, 'modelId');
    const hash = text(payload, 'weightsSha256');
    if (entry.kind === 'model.registered') {
      if (!this.datasets.has(text(payload, 'datasetId')))
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
    return this.weights.get(modelId) === hash
      ? null
      : wrong('broken_model', 'was made with weights that are not the model’s');
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
