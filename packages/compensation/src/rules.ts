export * from './calls/terms.ts';
export * from './contributions/decision.ts';
export * from './contributions/submission.ts';
export * from './money.ts';
export * from './paid/report.ts';
export * from './royalties/index-rule.ts';
export * from './statement/lines.ts';
