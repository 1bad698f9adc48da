/** The stand-alone checker: reads an export, runs the rules again, trusts nobody. For Node and the browser. */
export { findingCommitment, firstLine } from '@uncaged/compensation/rules';
export { ballotMessage, countFile, paperMessage, voteMethods } from '@uncaged/governance/rules';
export type { Finding, FindingCode } from './finding.ts';
export type { PolicyStep } from './replay/policies.ts';
export { countedIn, countedInWords, royaltyIn, royaltyInWords } from './royalties.ts';
export { blobReader, bytesReader } from './source.ts';
export { statementIn, statementInWords } from './statement.ts';
export { type Figures, type Options, type Verdict, verifyArchive } from './verify.ts';
export { verdictInWords } from './words.ts';
