import { defineConfig } from "vite";

// The static edition (`make web`): any folder of any host, so all addresses are relative.
export default defineConfig({
  base: "./",
  publicDir: "web",
  esbuild: { jsx: "automatic", jsxImportSource: "preact", legalComments: "none" },
  worker: { format: "es" },
  build: {
    outDir: "../dist/web",
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 600,
    rollupOptions: { input: "web.html" },
  },
});
