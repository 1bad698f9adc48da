export type { GovernedContext } from './context.ts';
export { genesisPolicy } from './genesis.ts';
export * from './rules.ts';
