/** Provenance's pure rules: what a stranger recomputes from an export. Fit for a browser. */
export * from './consent/consent.ts';
export * from './datasets/root.ts';
export * from './picture/dhash.ts';
export { authorKey, authorName, isPlaceholderAuthor } from './works/authors.ts';
export { readDedication } from './works/licences.ts';
