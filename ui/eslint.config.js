import javascript from '@eslint/js';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import typescript from 'typescript-eslint';

import svelteConfiguration from './svelte.config.js';

const onlyInBackend = 'Only backend.ts knows Tauri and its bindings.';
const backend = [
  { group: ['@tauri-apps/*'], message: onlyInBackend },
  { group: ['**/bindings'], message: onlyInBackend },
];
const otherScreen = { regex: '^\\.\\./(?!\\.\\.?/)[^/]+/', message: 'No screen imports another one: what they share is a part.' };
const anyScreen = { regex: '/screens/(?!components$)', message: 'Screens are made of parts, never the other way round.' };

export default typescript.config(
  { ignores: ['dist', 'src/bindings.ts', 'src/words.generated.ts'] },
  javascript.configs.recommended,
  typescript.configs.strict,
  svelte.configs.recommended,
  {
    languageOptions: { globals: { ...globals.browser } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      eqeqeq: 'error',
      'no-console': 'error',
      'svelte/no-at-html-tags': 'error',
      'svelte/no-inline-styles': 'error',
      'svelte/button-has-type': 'error',
      // What must be reactive is $state here; the sets and maps are caches and tools of one calculation.
      'svelte/prefer-svelte-reactivity': 'off',
    },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: {
      parserOptions: { parser: typescript.parser, extraFileExtensions: ['.svelte'], svelteConfig: svelteConfiguration },
    },
  },
  {
    files: ['src/**'],
    ignores: ['src/backend.ts', 'src/testing/**', '**/*.test.ts'],
    rules: { 'no-restricted-imports': ['error', { patterns: backend }] },
  },
  {
    files: ['src/screens/*/**'],
    rules: { 'no-restricted-imports': ['error', { patterns: [...backend, otherScreen] }] },
  },
  {
    files: ['src/parts/**', 'src/state/**'],
    ignores: ['**/*.test.ts'],
    rules: { 'no-restricted-imports': ['error', { patterns: [...backend, anyScreen] }] },
  },
  { files: ['src/**'], ignores: ['src/bindings.ts', '**/*.test.ts'], rules: { 'max-lines': ['error', 400] } },
  { files: ['words/**', '*.config.*'], languageOptions: { globals: globals.node } },
);
