import { defineConfig } from 'vitest/config';

/**
 * The suite is what a fresh machine with only Node can pass. Three kinds of test need more, and run by name:
 * `webgpu` (a Vulkan driver), `browser` (Debian's Chromium), `collection` (the openclipart-svg package).
 */
const special = ['**/*.webgpu.test.ts', '**/*.browser.test.ts', '**/*.collection.test.ts'];
const ignored = ['**/node_modules/**', '**/build/**', '**/.svelte-kit/**'];
const common = { testTimeout: 60_000, hookTimeout: 60_000, maxWorkers: 2 };

export default defineConfig({
  test: {
    ...common,
    projects: [
      {
        test: {
          ...common,
          name: 'suite',
          include: ['{apps,packages,test}/**/*.test.ts'],
          exclude: [...ignored, ...special],
        },
      },
      ...['webgpu', 'browser', 'collection'].map((name) => ({
        test: {
          ...common,
          testTimeout: 300_000,
          hookTimeout: 300_000,
          name,
          include: [`{apps,packages,test}/**/*.${name}.test.ts`],
          exclude: ignored,
          fileParallelism: false,
        },
      })),
    ],
  },
});
