export * from './dispatch.ts';
export * from './lease.ts';
export * from './media.ts';
export * from './request.ts';
