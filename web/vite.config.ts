import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** The service that `npm run dev:web` talks to. */
const service = process.env.ACCORD_URL ?? 'http://127.0.0.1:3000';

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  build: {
    outDir: '../dist/web',
    emptyOutDir: true,
    // A strict content security policy allows no data: URLs.
    assetsInlineLimit: 0,
    sourcemap: false,
    chunkSizeWarningLimit: 800,
  },
  server: { host: '127.0.0.1', proxy: { '/api': service, '/health': service } },
});
