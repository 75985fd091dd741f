// Prints the compressed JavaScript that each page loads before it can be used, and fails when a public page weighs more
// than its budget in brotli, which is what the gateway serves (compress.mjs). Follows static imports in Vite's manifest
// from the entry and from the page's lazy chunk.
import { readFileSync } from 'node:fs';
import { brotliCompressSync, gzipSync } from 'node:zlib';

const BUDGET_KB = 100;
/** What people see before they have an account. */
const PUBLIC = /\/(discover|event|sign-in|sign-up|verify-email|reset-password)\.tsx$/;
const dist = new URL('../dist/', import.meta.url);
const manifest = JSON.parse(readFileSync(new URL('.vite/manifest.json', dist), 'utf8'));

function withImports(key, found = new Set()) {
  if (found.has(key)) return found;
  found.add(key);
  for (const imported of manifest[key].imports ?? []) withImports(imported, found);
  return found;
}

function weigh(keys) {
  const total = { gzip: 0, brotli: 0 };
  for (const key of keys) {
    const bytes = readFileSync(new URL(manifest[key].file, dist));
    total.gzip += gzipSync(bytes, { level: 9 }).length;
    total.brotli += brotliCompressSync(bytes).length;
  }
  return { gzip: total.gzip / 1000, brotli: total.brotli / 1000 };
}

const entry = 'index.html';
const pages = Object.keys(manifest).filter((key) => key.startsWith('src/app/routes/'));
if (process.argv.includes('--chunks')) {
  for (const key of withImports('src/app/routes/discover.tsx', withImports(entry))) {
    console.log(`${weigh([key]).gzip.toFixed(1).padStart(8)}  ${key}`);
  }
}
console.log('    gzip   brotli  page');
for (const page of pages) {
  const { gzip, brotli } = weigh(withImports(page, withImports(entry)));
  console.log(`${gzip.toFixed(1).padStart(8)} ${brotli.toFixed(1).padStart(8)}  ${page}`);
  if (PUBLIC.test(page) && brotli > BUDGET_KB) {
    console.error(`${page} loads ${brotli.toFixed(1)} kB; its budget is ${BUDGET_KB} kB`);
    process.exitCode = 1;
  }
}
