// build.mjs - makes src/http/console_files.c of the sources beside it.
//
//     node src/console/build.mjs MODULES            writes it
//     node src/console/build.mjs MODULES --check    ends with status 1 where its content is another one
//
// MODULES is the node_modules folder with the packages of package-lock.json: `make console` installs them in build/console.
// Compressed bytes depend on the version of zlib, so the check compares what they hold.

import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';

const here = dirname(fileURLToPath(import.meta.url));
const target = join(here, '..', 'http', 'console_files.c');
const modules = resolve(process.argv[2] ?? '');
const esbuild = createRequire(join(modules, 'x'))('esbuild');
const licence = readFileSync(join(modules, 'preact', 'LICENSE'), 'utf8').trim();

async function bundle(entry, banner) {
  const result = await esbuild.build({
    absWorkingDir: here,
    entryPoints: [entry],
    bundle: true,
    write: false,
    minify: true,
    charset: 'utf8',
    format: 'esm',
    target: ['es2022', 'chrome109', 'firefox115', 'safari16'],
    jsx: 'automatic',
    jsxImportSource: 'preact',
    nodePaths: [modules],
    logLevel: 'warning',
    banner,
  });
  return Buffer.from(result.outputFiles[0].contents);
}

async function files() {
  return [
    { path: '', type: 'text/html; charset=utf-8', content: readFileSync(join(here, 'index.html')) },
    { path: 'console.css', type: 'text/css; charset=utf-8', content: await bundle('style.css') },
    {
      path: 'console.js',
      type: 'text/javascript; charset=utf-8',
      content: await bundle('main.jsx', { js: `/*\nThis file contains Preact.\n\n${licence}\n*/` }),
    },
    { path: 'icon.svg', type: 'image/svg+xml', content: readFileSync(join(here, 'icon.svg')) },
  ];
}

const etagOf = (content) => createHash('sha256').update(content).digest('hex').slice(0, 24);

// The bytes as the elements of an array, in lines of at most 120 columns.
function lines(bytes) {
  const out = [];
  let line = '\t';
  for (const byte of bytes) {
    if (line.length + 4 > 116) {
      out.push(line);
      line = '\t';
    }
    line += `${byte},`;
  }
  return [...out, line].join('\n');
}

function source(list) {
  const arrays = list.map(
    ({ path, content }, i) =>
      `/* ${path || 'the page'}: ${content.length} bytes */\n` +
      `static const unsigned char file_${i}[] = {\n${lines(gzipSync(content, { level: 9 }))}\n};\n`,
  );
  const rows = list.map(
    ({ path, type, content }, i) =>
      `\t{"${path}", "${type}", "\\"${etagOf(content)}\\"", file_${i}, sizeof(file_${i})},`,
  );
  return `/*
 * console_files.c - the files of the console in the browser, compressed; made by src/console/build.mjs
 */
#include "postgres.h"

#include "http/console_files.h"

${arrays.join('\n')}
const DynConsoleFile dyn_console_files[] = {
${rows.join('\n')}
};

const int	dyn_console_files_count = lengthof(dyn_console_files);
`;
}

// The files that the source in the tree holds: path, type, etag and content of each.
function readSource(text) {
  const arrays = [...text.matchAll(/file_\d+\[\] = \{([\d,\s]*)\}/g)].map(([, list]) =>
    gunzipSync(Buffer.from(list.match(/\d+/g).map(Number))),
  );
  return [...text.matchAll(/^\t\{"(.*?)", "(.*?)", "\\"(\w+)\\"", file_(\d+)/gm)].map(([, path, type, etag, i]) => ({
    path,
    type,
    etag,
    content: arrays[i],
  }));
}

const built = await files();
if (process.argv[3] === '--check') {
  const kept = readSource(readFileSync(target, 'utf8'));
  const differ = built.filter(
    ({ path, type, content }, i) =>
      !(
        kept[i]?.path === path &&
        kept[i].type === type &&
        kept[i].etag === etagOf(content) &&
        kept[i].content.equals(content)
      ),
  );
  for (const { path } of differ) {
    console.log(`src/http/console_files.c: ${path || 'the page'} is not what src/console makes; make console`);
  }
  process.exit(differ.length > 0 || kept.length !== built.length ? 1 : 0);
}
writeFileSync(target, source(built));
for (const { path, content } of built) {
  console.log(`${path || 'the page'}: ${content.length} bytes, ${gzipSync(content, { level: 9 }).length} compressed`);
}
