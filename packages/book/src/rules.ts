/** The book's pure rules: what a stranger recomputes from an export. Fit for a browser. */
export * from './allocation.ts';
export * from './archive.ts';
export * from './bytes.ts';
export * from './canonical.ts';
export * from './checkpoint.ts';
export * from './currency.ts';
export * from './leaf.ts';
export * from './merkle.ts';
export * from './note.ts';
export * from './postings.ts';
export * from './receipt.ts';
export * from './sha256.ts';
export * from './zip.ts';
