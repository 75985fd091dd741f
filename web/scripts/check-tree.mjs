// Checks the sentences of README.md that a linter does not know:
// 1. imports go app → features → ui, lib, gen; no feature imports another; ui takes only words and time from lib;
// 2. colours and pixels are written in ui/ only, elsewhere tokens;
// 3. every primitive has a story; files have at most 500 lines; no export of a page and no word of the catalogue is
//    unused.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const src = fileURLToPath(new URL('../src/', import.meta.url));
const LINES_MAX = 500;
const findings = [];
const find = (file, what) => findings.push(`src/${file}: ${what}`);

const files = readdirSync(src, { recursive: true })
  .map(String)
  .filter((file) => /\.(tsx?|css)$/.test(file) && !file.startsWith('gen/'));
const texts = new Map(files.map((file) => [file, readFileSync(join(src, file), 'utf8')]));

/** Which layers a layer may import. */
const allowed = {
  app: ['app', 'features', 'ui', 'lib', 'gen'],
  features: ['features', 'ui', 'lib', 'gen'],
  ui: ['ui', 'lib'],
  lib: ['lib', 'gen'],
};
/** The parts of lib that primitives may know: texts and the errors and times that they put into words. */
const libForUi = /^lib\/(i18n\/|problem\/|time\b|zoned\b|store\b|clock\b|use-time-words\b)/;

const layerOf = (path) => path.split('/')[0];
const featureOf = (path) => (path.startsWith('features/') ? path.split('/')[1] : undefined);

function targetOf(file, specifier) {
  if (specifier.startsWith('~/')) return specifier.slice(2);
  if (specifier.startsWith('.')) return relative(src, resolve(src, dirname(file), specifier));
  return undefined;
}

function checkImports(file, text) {
  const layer = layerOf(file);
  if (!(layer in allowed)) return;
  for (const [, specifier] of text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)) {
    const target = targetOf(file, specifier);
    if (target === undefined) continue;
    if (target.startsWith('../test/') && /\.test\.tsx?$/.test(file)) continue;
    if (!allowed[layer].includes(layerOf(target))) find(file, `${layer} must not import ${target}`);
    if (layer === 'ui' && layerOf(target) === 'lib' && !libForUi.test(target)) {
      find(file, `ui must not import ${target}`);
    }
    const [from, to] = [featureOf(file), featureOf(target)];
    if (from && to && from !== to) find(file, `feature ${from} must not import feature ${to}`);
  }
}

function checkLiterals(file, text) {
  if (layerOf(file) === 'ui' || /\.test\.tsx?$/.test(file)) return;
  const code = text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '');
  const literal = file.endsWith('.css')
    ? /#[0-9a-f]{3,8}\b|\b(?:rgb|hsl|oklch)a?\(|\b\d*\.?\d+px\b/i
    : /['"`]#(?:[0-9a-f]{3}|[0-9a-f]{6})['"`]|\b(?:rgb|hsl|oklch)a?\(\d/i;
  const match = literal.exec(code);
  if (match) find(file, `"${match[0]}" belongs in ui/; use a token`);
}

/** Primitives whose states are shown by another's story, or that show nothing. */
const withoutOwnStory = /^ui\/(gallery\/|messages|class-names|remove-scroll)/;
const stories = [...texts]
  .filter(([file]) => file.endsWith('.stories.tsx'))
  .map(([, text]) => text);

function checkStory(file) {
  if (!/^ui\/[\w-]+\.tsx$/.test(file) || withoutOwnStory.test(file)) return;
  if (/\.(stories|test)\.tsx$/.test(file)) return;
  const name = file.slice('ui/'.length, -'.tsx'.length);
  if (!stories.some((text) => text.includes(`'./${name}'`))) find(file, 'no story shows it');
}

function checkExports(file, text) {
  // lib and ui are a vocabulary: a word may be there before the page that says it.
  if (file.endsWith('.css') || !['app', 'features'].includes(layerOf(file))) return;
  if (/\.test\.tsx?$/.test(file)) return;
  for (const [, name] of text.matchAll(
    /^export (?:async )?(?:function|const|class|interface|type) (\w+)/gm,
  )) {
    const word = new RegExp(`\\b${name}\\b`);
    const here = text.split(word).length - 1;
    const elsewhere = [...texts].some(([other, code]) => other !== file && word.test(code));
    // Types that only describe a public function's arguments are used by whoever calls it.
    const isType = new RegExp(`^export (interface|type) ${name}\\b`, 'm').test(text);
    if (!elsewhere && !(isType && here > 1)) find(file, `nobody uses the export ${name}`);
  }
}

/** Words that are looked up by what a server says, so that no page names them. */
const lookedUp = new Set(['reason']);

/** A word that nobody says is a sentence that nobody reads again when the page changes. */
function checkWords(file, text) {
  for (const [, variable, area, body] of text.matchAll(
    /const (\w+) = defineMessages\(\s*'([^']+)',\s*\{([\s\S]*?)\n\}\);/g,
  )) {
    if (lookedUp.has(area)) continue;
    const module = `/${file.replace(/^.*\//, '').replace(/\.tsx?$/, '')}'`;
    const readers = [...texts].filter(
      ([other, code]) =>
        other === file || (new RegExp(`\\b${variable}\\b`).test(code) && code.includes(module)),
    );
    for (const [, word] of body.matchAll(/^ {2}(\w+):/gm)) {
      const said = new RegExp(`\\b${variable}\\.${word}\\b`);
      if (!readers.some(([, code]) => said.test(code))) find(file, `nobody says ${area}.${word}`);
    }
  }
}

for (const [file, text] of texts) {
  checkImports(file, text);
  checkWords(file, text);
  checkLiterals(file, text);
  checkStory(file);
  checkExports(file, text);
  const lines = text.split('\n').length;
  if (lines > LINES_MAX) find(file, `${lines} lines; ${LINES_MAX} is the limit`);
  if (file.endsWith('.module.css') && !existsSync(join(src, file.replace('.module.css', '.tsx')))) {
    find(file, 'no component of that name is beside it');
  }
}

for (const finding of findings) console.error(finding);
if (findings.length > 0) process.exitCode = 1;
else console.log(`${files.length} files keep to the directions`);
