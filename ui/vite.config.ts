import { svelte } from '@sveltejs/vite-plugin-svelte';
import { svelteTesting } from '@testing-library/svelte/vite';
import { defineConfig } from 'vitest/config';
import { compiledWords } from './words/compile.js';

export default defineConfig({
  plugins: [compiledWords(), svelte(), svelteTesting()],
  server: { host: '127.0.0.1', port: 1420, strictPort: true },
  build: {
    // The oldest engine it is shown in: the WebKitGTK of Debian 12 and Ubuntu 22.04.
    target: 'safari17',
    // One script, one style sheet and the words of one language: the window paints after three requests.
    cssCodeSplit: false,
    assetsInlineLimit: 0,
    modulePreload: false,
    // What the start reads; it grows only knowingly.
    chunkSizeWarningLimit: 220,
  },
  test: {
    environment: 'jsdom',
    include: ['src/**/*.test.ts'],
    setupFiles: ['src/testing/setup.ts'],
    restoreMocks: true,
  },
});
