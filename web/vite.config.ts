import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

/** Where `vite dev` sends everything that is not a file of the app: a running gateway. */
const gateway = process.env.PLENARY_GATEWAY ?? 'http://127.0.0.1:8080';

export default defineConfig({
  resolve: {
    alias: {
      '~': path('./src'),
      // The original injects a <style> element, which our CSP (no inline styles) forbids.
      'react-remove-scroll': path('./src/ui/remove-scroll.tsx'),
    },
  },
  build: {
    target: 'es2023',
    // Data URIs would need `data:` in the CSP; every asset is a file instead.
    assetsInlineLimit: 0,
    manifest: true,
    sourcemap: true,
    rolldownOptions: {
      // "use client" marks a package's files for servers that render React; here there is none, so nothing is lost.
      onLog: (level, log, handle) => {
        if (log.code !== 'MODULE_LEVEL_DIRECTIVE') handle(level, log);
      },
      output: {
        codeSplitting: {
          groups: [
            {
              // What every page stands on, in one file: it compresses better than in ten, and stays in the browser's
              // cache when only the app has changed.
              name: 'vendor',
              test: /node_modules\/(preact|react|react-dom|use-sync-external-store|@tanstack|@connectrpc|@bufbuild)\//,
            },
          ],
        },
      },
    },
  },
  server: {
    host: '127.0.0.1',
    proxy: {
      '^/(plenary\\.[a-z]+\\.v1\\.|session|images/|dev/)': { target: gateway },
      '/rtc': { target: gateway, ws: true },
    },
  },
  preview: {
    host: '127.0.0.1',
    // The gateway's policy, so that what it would refuse is seen before it does.
    headers: {
      'content-security-policy':
        "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' blob:; " +
        "media-src 'self' blob: mediastream:; connect-src 'self'; manifest-src 'self'; worker-src 'self'; " +
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    },
  },
  test: {
    environment: 'happy-dom',
    setupFiles: ['./test/setup.ts'],
    include: ['src/**/*.test.{ts,tsx}', 'test/**/*.test.{ts,tsx}'],
    // The library asks for React's test tools, which preact/compat has elsewhere; as a module it can be told so.
    alias: {
      '@testing-library/react': path(
        './node_modules/@testing-library/react/dist/@testing-library/react.esm.js',
      ),
      'react-dom/test-utils': 'preact/test-utils',
    },
    server: { deps: { inline: ['@testing-library/react'] } },
    testTimeout: 90_000,
    restoreMocks: true,
    unstubGlobals: true,
  },
});
