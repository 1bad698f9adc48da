/** How provenance's answers stand on the wire. */
import type {
  Alike,
  AuthorRef,
  ConsentLine,
  Credential,
  Dataset,
  DatasetItem,
  Model,
  ModelSummary,
  Share,
  ImportReport as WireImport,
  Work,
  WorkSummary,
} from '@uncaged/contract';
import type {
  AuthorShare,
  ConsentRow,
  DatasetRow,
  ImportReport,
  Lineage,
  MixedIn,
  ModelRow,
  ProvenItem,
  WorkAlike,
  WorkRow,
  WorkView,
} from '@uncaged/provenance';
import type { adaptersOf } from '@uncaged/studio';

const pictureAt = (id: string) => `/api/works/${id}/image`;

function wireAuthor(row: {
  authorId: string;
  authorName: string | null;
  memberId: string | null;
}): AuthorRef {
  return { id: row.authorId, name: row.authorName, memberId: row.memberId };
}

export function wireWorkSummary(row: WorkRow): WorkSummary {
  const { id, title, keywords, licence, basis, source, sha256, width, height, frames } = row;
  return {
    id,
    title,
    author: wireAuthor(row),
    keywords,
    licence,
    basis,
    source,
    sha256,
    image: row.shownSha256 === null ? null : pictureAt(id),
    width,
    height,
    frames,
    createdAt: row.createdAt.toISOString(),
  };
}

export function wireWork({ row, consents, uses, models }: WorkView): Work {
  return {
    ...wireWorkSummary(row),
    mediaType: row.mediaType,
    size: row.size === null ? null : Number(row.size),
    hashes: {
      original: row.sha256,
      sanitised: row.sanitisedSha256,
      pixels: row.pixelsSha256,
      dhash: row.dhash,
    },
    entryId: row.entryId,
    path: row.path,
    consents: consents.map(wireConsent),
    uses,
    models,
  };
}

export function wireConsent(row: ConsentRow): ConsentLine {
  const { id, use, memberId, textSha256, text, entryId } = row;
  return {
    id,
    use,
    answer: row.answer ? 'yes' : 'no',
    by: memberId,
    givenAt: row.givenAt.toISOString(),
    expiresAt: row.expiresAt?.toISOString() ?? null,
    textSha256,
    text,
    entryId,
  };
}

export function wireImport(report: ImportReport): WireImport {
  return {
    ...report,
    startedAt: report.startedAt.toISOString(),
    finishedAt: report.finishedAt?.toISOString() ?? null,
  };
}

export function wireModelSummary(row: ModelRow, authors: number): ModelSummary {
  const { id, name, weightsSha256, licence, datasetId, works, state, entryId } = row;
  return {
    id,
    name,
    weightsSha256,
    licence,
    createdAt: row.createdAt.toISOString(),
    datasetId,
    works,
    authors,
    parameters: row.parameters === null ? null : Number(row.parameters),
    state,
    private: row.ownerId !== null,
    entryId,
  };
}

/** The dataset as its model's row knows it. */
export function wireDatasetOf(row: ModelRow): Dataset {
  return {
    id: row.datasetId,
    name: row.datasetName,
    version: row.datasetVersion,
    root: row.datasetRoot,
    items: row.works,
    entryId: row.datasetEntryId,
    createdAt: row.datasetCreatedAt.toISOString(),
  };
}

export function wireDataset(row: DatasetRow): Dataset {
  const { id, name, version, root, items, entryId } = row;
  return { id, name, version, root, items, entryId, createdAt: row.createdAt.toISOString() };
}

export function wireModel(row: ModelRow, shares: readonly AuthorShare[]): Model {
  return {
    ...wireModelSummary(row, shares.length),
    config: row.config,
    training: row.training,
    card: row.card,
    parents: row.parents,
    dataset: wireDatasetOf(row),
    authorShares: wireShares(shares),
  };
}

export function wireShares(shares: readonly AuthorShare[]): Share[] {
  const totalWeight = shares.reduce((total, share) => total + Number(share.weight), 0);
  return shares.map(({ id, authorName, memberId, works, weight }) => ({
    id,
    name: authorName,
    memberId,
    works: Number(works),
    weight: Number(weight),
    totalWeight,
  }));
}

export function wireItem(item: ProvenItem): DatasetItem {
  const { index, workId, sha256, title, licence, basis, consentId, weight, leafHash, proof, entryId } = item;
  return {
    index,
    workId,
    sha256,
    title,
    author: wireAuthor(item),
    licence,
    basis,
    consentId,
    weight,
    leafHash,
    proof,
    entryId,
    image: item.hasPicture ? pictureAt(workId) : null,
  };
}

export function wireAlike({ works, compared }: { works: readonly WorkAlike[]; compared: bigint }): Alike {
  return {
    works: works.map((work) => ({
      ...{ workId: work.workId, title: work.title, author: wireAuthor(work) },
      image: work.hasPicture ? pictureAt(work.workId) : null,
      alike: 64 - work.distance,
    })),
    compared: Number(compared),
  };
}

/** An adapter's part in a clip, with what others may know of it. */
function wireMixed({ adapterId, weight, dataset, items }: MixedIn, known: KnownAdapters) {
  const adapter = known.get(adapterId);
  if (!adapter) throw new Error(`the adapter ${adapterId} of a clip is gone`);
  const { row, pseudonym } = adapter;
  return {
    id: adapterId,
    name: row.name,
    styleWord: row.styleWord,
    weight,
    sha256: row.sha256,
    source: row.source,
    maker: { id: row.ownerId, pseudonym },
    dataset: dataset && wireDataset(dataset),
    works: items.map(wireItem),
    worksCount: row.works,
    entryId: row.entryId,
  };
}

type KnownAdapters = Awaited<ReturnType<typeof adaptersOf>>;

export function wireLineage(lineage: Lineage, known: KnownAdapters) {
  const { generation, credential, model, works, authors } = lineage;
  const signed: Credential | null = credential && {
    ...credential,
    signedAt: credential.signedAt.toISOString(),
  };
  return {
    generation,
    credential: signed,
    model: wireModelSummary(model, authors.length),
    dataset: wireDatasetOf(model),
    works: works.items.map(wireItem),
    cursor: works.cursor,
    authors: wireShares(authors),
    adapters: lineage.adapters.map((mixed) => wireMixed(mixed, known)),
  };
}
