/** Provenance: works and consent, datasets and models, where a clip comes from, and its content credentials. */
export { provenanceChecks } from './checks.ts';
export {
  type ConsentGiven,
  type ConsentRow,
  type ConsentWish,
  giveConsent,
  styleNameConsents,
} from './consent/consents.ts';
export {
  type Credential,
  type CredentialReading,
  credentialChain,
  readCredentials,
  type SignedClip,
  signClip,
} from './credentials/credentials.ts';
export { type AuthorShare, type DatasetRow, datasetOf, type ProvenItem } from './datasets/datasets.ts';
export {
  finishImport,
  type ImportReport,
  importFiles,
  importItems,
  importOf,
  listImports,
  pendingFiles,
  startImport,
} from './imports/imports.ts';
export { type WorkAlike, worksAlike } from './lineage/alike.ts';
export {
  changedDatasets,
  modelsTaughtBy,
  type TaughtBy,
  takeChanged,
  taughtBy,
} from './lineage/holdings.ts';
export {
  generationsFromWork,
  type Lineage,
  lineageOf,
  type MixedIn,
  type Output,
  recordOutput,
} from './lineage/lineage.ts';
export {
  listModels,
  type ModelRegistered,
  type ModelRow,
  modelBehind,
  modelFor,
  modelOf,
  modelsSeenBy,
  registerShippedModel,
} from './models/models.ts';
export { drawnAnew } from './picture/read.ts';
export { closeRenderers } from './picture/renderers.ts';
export * from './rules.ts';
export type { Glance } from './training/colours.ts';
export { glancesAt } from './training/glances.ts';
export {
  type Ground,
  groundsOf,
  ownGrounds,
  registerTrainingSet,
  type TaughtItem,
  type TeachingUse,
} from './training/grounds.ts';
export { eraseOwnModels, keepOwnModel, retireOwnModel } from './training/own-models.ts';
export { type AuthorCount, confirmAuthor, listAuthors } from './works/confirm.ts';
export { isMaterialOf } from './works/materials.store.ts';
export { type Material, materialOf } from './works/materials.ts';
export { shownAmong } from './works/works.store.ts';
export {
  addWork,
  listWorks,
  type NewOwnWork,
  pictureOf,
  type WorkAdded,
  type WorkRow,
  type WorkView,
  workOf,
} from './works/works.ts';
