import adapter from '@sveltejs/adapter-node';
import { sveltekit } from '@sveltejs/kit/vite';
import { defineConfig } from 'vite';

export default defineConfig({
  plugins: [
    sveltekit({
      adapter: adapter({ out: 'build', precompress: false }),
      csp: {
        mode: 'auto',
        directives: {
          'default-src': ['none'],
          'script-src': ['self'],
          'worker-src': ['self'],
          'style-src': ['self'],
          // The one style attribute on a page is Kit's own, which hides its route announcer from the eye.
          'style-src-attr': ['unsafe-hashes', 'sha256-S8qMpvofolR8Mpjy4kQvEm7m1q8clzU4dfDH0AmvZjo='],
          'font-src': ['self'],
          'img-src': ['self', 'data:'],
          'media-src': ['self'],
          'connect-src': ['self'],
          'form-action': ['self'],
          'base-uri': ['none'],
          'frame-ancestors': ['none'],
          'object-src': ['none'],
        },
      },
    }),
  ],
  server: {
    // `vite dev` beside a running api: UNCAGED_API=http://127.0.0.1:8080
    proxy: process.env.UNCAGED_API
      ? {
          '/api': {
            target: process.env.UNCAGED_API,
            changeOrigin: true,
            headers: { origin: new URL(process.env.UNCAGED_API).origin },
          },
        }
      : {},
  },
  worker: { format: 'es' },
});
