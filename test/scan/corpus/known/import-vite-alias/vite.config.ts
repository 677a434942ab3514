// writes: none
import { resolve } from 'node:path';
import { fileURLToPath, URL } from 'node:url';
import { defineConfig } from 'vite';

export default defineConfig(({ mode }) => ({
  resolve: {
    alias: {
      db: fileURLToPath(new URL('./packages/database', import.meta.url)),
      $names: resolve(__dirname, 'packages', 'names.ts'),
    },
  },
}));
