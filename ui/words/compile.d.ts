import type { Plugin } from 'vite';

export function compiledWords(): Plugin;
