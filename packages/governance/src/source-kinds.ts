/** Where money can come from. A source named like a kind needs no declaration. */
export const sourceKinds = ['grant', 'membership', 'sales', 'donation', 'licence'] as const;
export type SourceKind = (typeof sourceKinds)[number];
