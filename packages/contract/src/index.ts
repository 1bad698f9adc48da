export * from './client.ts';
export * from './common.ts';
export * from './compensation.ts';
export * from './governance.ts';
export * from './people.ts';
export * from './provenance.ts';
export * from './studio.ts';
export * from './worker.ts';
