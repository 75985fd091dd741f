// Puts a .br and a .gz beside every text file of dist/, at the best level, which is too slow to do for each request.
// index.html is left out: the gateway fills it for each page.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, gzipSync } from 'node:zlib';

const dist = fileURLToPath(new URL('../dist/', import.meta.url));
const COMPRESSIBLE = /\.(js|css|svg|webmanifest)$/;

for (const name of readdirSync(dist, { recursive: true })) {
  if (!COMPRESSIBLE.test(name)) continue;
  const path = join(dist, name);
  const bytes = readFileSync(path);
  writeFileSync(`${path}.br`, brotliCompressSync(bytes));
  writeFileSync(`${path}.gz`, gzipSync(bytes, { level: 9 }));
}
