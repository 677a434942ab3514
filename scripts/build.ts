import { readFile, rm, writeFile } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build, type Plugin } from 'esbuild';
import packageFile from '../package.json' with { type: 'json' };
import { makeCluster } from '../source/demo/cluster.ts';
import { licensesOf } from './licenses.ts';
import { manPage, otherManPage } from './man-page.ts';
import { oldestNode } from './oldest-node.ts';
import { readLater } from './read-later.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = fileURLToPath(new URL('../dist', import.meta.url));

/**
 * Yoga fetches its WebAssembly from a data: URL, for which Node loads all of its HTTP client: 20 ms before the first
 * frame. Without `fetch` it decodes the same bytes itself, in one.
 */
const yogaWithoutFetch: Plugin = {
  name: 'yoga-without-fetch',
  setup({ onLoad }) {
    onLoad({ filter: /yoga-wasm-base64-esm\.js$/ }, async ({ path }) => ({
      contents: `const fetch = undefined;\n${await readFile(path, 'utf8')}`,
    }));
  },
};

/**
 * While meow is loaded, it loads code that checks a package.json by npm's rules (25 ms). Nobody calls that here. With this it is loaded by
 * the first call.
 */
const checkedWhenAsked: Plugin = {
  name: 'checked-when-asked',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]meow[\\/]build[\\/]dependencies\.js$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      const contents = text.replace(
        /var normalizeExports = requireNormalize\(\);\s*const normalizePackageData = getDefaultExportFromCjs\(normalizeExports\);/,
        'const normalizePackageData = (...given) => getDefaultExportFromCjs(requireNormalize())(...given);',
      );
      return contents === text ? { errors: [{ text: 'meow normalizes nothing.' }] } : { contents };
    });
  },
};

/**
 * When string-width is loaded it compiles regular expressions with Unicode properties, which reads ICU's tables (10 to 25 ms).
 * Text with one cell per character is measured without it; the first other text loads it.
 */
const measuredWhenNeeded: Plugin = {
  name: 'measured-when-needed',
  setup({ onResolve }) {
    onResolve({ filter: /^string-width$/ }, ({ kind }) =>
      kind === 'require-call' ? undefined : { path: `${root}scripts/quick-string-width.ts` },
    );
  },
};

/** Ink draws every cell anew for every frame. With these, a frame costs what changed: see the files. */
const inkDrawsWhatChanged: Plugin = {
  name: 'ink-draws-what-changed',
  setup({ onResolve, onEnd }) {
    const unseen = new Set(['output', 'log-update', 'sanitize-ansi']);
    onResolve({ filter: /^\.\/(output|log-update|sanitize-ansi)\.js$/ }, ({ path, importer }) => {
      if (!/node_modules\/ink\/build\/[\w-]+\.js$/.test(importer.replaceAll('\\', '/'))) return undefined;
      const name = path.slice(2, -3);
      unseen.delete(name);
      return { path: `${root}scripts/ink-${name}.ts` };
    });
    // Another version of Ink may have other files.
    onEnd(() => ({ errors: [...unseen].map(name => ({ text: `Ink does not import ./${name}.js.` })) }));
  },
};

/**
 * Importing one of Node's modules builds a namespace of everything it exports, even what is not used (0.5 ms each, 4 for
 * node:crypto). Getting them from the process costs nothing, and those that a start rarely needs are not even loaded.
 */
const builtinsWhenNeeded: Plugin = {
  name: 'builtins-when-needed',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^[a-z]/ }, ({ path, kind }) =>
      isBuiltin(path)
        ? {
            path: path.replace(/^node:/, ''),
            namespace: kind === 'import-statement' ? 'builtin' : 'whole-builtin',
          }
        : undefined,
    );
    onLoad({ filter: /.*/, namespace: 'whole-builtin' }, ({ path }) => ({
      contents:
        path === 'assert'
          ? // Loading it takes 1 ms and more, and signal-exit asks it only this, as Ink starts.
            `const load = () => process.getBuiltinModule('assert');
             const equal = (one, other, ...rest) => { if (one !== other) load().equal(one, other, ...rest); };
             module.exports = new Proxy(() => {}, {
               apply: (_, __, given) => load()(...given),
               get: (_, key) => (key === 'equal' ? equal : load()[key]),
             });`
          : `module.exports = process.getBuiltinModule('${path}');`,
    }));
    // What is not imported is left out. To ask for a property of node:util, or to list them all, may load other modules (4 ms).
    onLoad({ filter: /.*/, namespace: 'builtin' }, async ({ path }) => ({
      contents: rarelyNeeded.includes(path)
        ? `const load = () => process.getBuiltinModule('${path}');
           export default new Proxy({}, { get: (_, key) => load()[key] });
           ${(await functionsOf(path)).map(name => `export const ${name} = (...given) => load().${name}(...given);`).join('\n')}`
        : `const own = process.getBuiltinModule('${path}');
           export default own;
           ${(await namesOf(path)).map(name => `export const ${name} = /* @__PURE__ */ (() => own.${name})();`).join('\n')}`,
    }));
  },
};
const namesOf = async (builtin: string) =>
  Object.keys(await import(builtin)).filter(name => /^\w+$/.test(name) && name !== 'default');
const functionsOf = async (builtin: string) =>
  Object.entries(await import(builtin))
    .filter(([name, value]) => typeof value === 'function' && /^[a-z]/.test(name) && name !== 'default')
    .map(([name]) => name);
const rarelyNeeded = ['child_process', 'crypto', 'tls'];

/** Leaves modules out of the file that imports them: each becomes a separate file that is read on demand. */
function apart(modules: Record<string, string>): Plugin {
  return {
    name: 'apart',
    setup({ onResolve, onEnd }) {
      const unseen = new Set(Object.keys(modules));
      for (const [module, file] of Object.entries(modules)) {
        onResolve({ filter: new RegExp(`^\\./${module.replace('.', '\\.')}$`) }, ({ kind }) => {
          if (kind !== 'dynamic-import') return undefined;
          unseen.delete(module);
          return { path: `./${file}`, external: true };
        });
      }
      // A renamed file would silently be bundled, which makes the start slower.
      onEnd(() => ({ errors: [...unseen].map(module => ({ text: `Nothing imports ./${module}.` })) }));
    },
  };
}

const shared: BuildOptions = {
  absWorkingDir: root,
  outdir: dist,
  // One file per entry: finding twenty files takes longer than reading code that a command does not use.
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: `node${oldestNode}`,
  minify: true,
  // Node has both. Otherwise esbuild turns literals into `new RegExp`, and Ink has one that runs for every cell.
  supported: { 'regexp-unicode-property-escapes': true, 'regexp-set-notation': true },
  legalComments: 'none',
  // PGlite and the parsers find their WebAssembly and native code next to their own files.
  external: ['@electric-sql/pglite', 'libpg-query', 'oxc-parser'],
  metafile: true,
  define: {
    OLDEST_NODE: JSON.stringify(oldestNode),
    'process.env.NODE_ENV': '"production"',
    'process.env.DEV': '"false"',
    BUNDLED: 'true',
  },
  // Ink loads React's developer tools if it finds them; in production it must not search for them.
  // object-hash asks OpenSSL for all of its algorithms as it is loaded (10 ms); the table only needs a key for a row.
  alias: { 'react-devtools-core': './scripts/empty.js', 'object-hash': './scripts/row-key.ts' },
  logLevel: 'warning',
};

await rm(dist, { recursive: true, force: true });
const common: BuildOptions = {
  ...shared,
  define: { ...shared.define, 'Intl.Segmenter': 'LazySegmenter' },
  inject: ['./scripts/lazy-segmenter.ts'],
  // Some bundled packages are CommonJS and require Node's modules.
  banner: {
    js: "const require=process.getBuiltinModule('module').createRequire(import.meta.url);",
  },
};
const program = await build({
  ...common,
  entryPoints: { program: 'source/cli/main.ts' },
  // What both `program.js` and `later.js` need becomes `chunk.js`. Each has a sum of its contents in its name: what a console reads later
  // must be of its own version, even where another was installed meanwhile. The names by which they know each other differ.
  splitting: true,
  chunkNames: '[name]-[hash]',
  plugins: [
    readLater(root),
    yogaWithoutFetch,
    measuredWhenNeeded,
    inkDrawsWhatChanged,
    builtinsWhenNeeded,
    apart({ 'options.ts': 'command-line.js' }),
  ],
});
const split = Object.keys(program.metafile?.outputs ?? {}).map(file => basename(file));
const sharedFile = split.find(file => file.startsWith('chunk-'));
// The compile cache only serves what the started file imports later.
const start = await build({
  ...shared,
  entryPoints: { cli: 'source/cli/bin.ts' },
  define: { ...shared.define, SHARED_FILE: JSON.stringify(`./${sharedFile}`) },
  external: [`./${sharedFile}`],
  plugins: [apart({ 'main.ts': 'program.js' })],
});
const rest = await build({
  ...common,
  entryPoints: {
    'command-line': 'source/cli/options.ts',
    'demo-worker': 'source/demo/worker.ts',
    'parser-main': 'source/sql/parser/parser-main.ts',
    'scan-main': 'source/scan/child/scan-main.ts',
    'scan-thread': 'source/scan/child/scan-thread.ts',
  },
  plugins: [checkedWhenAsked, builtinsWhenNeeded, apart({ 'scan-thread.ts': 'scan-thread.js' })],
});

// esbuild leaves other characters in regular expressions as they are. With one of them, V8 keeps two bytes for each of the two million
// characters, and decodes the file in 10 ms instead of 3 with every start.
for (const file of split) {
  const text = await readFile(`${dist}/${file}`, 'utf8');
  const inAscii = text.replace(
    /[^\0-\x7f]/g,
    unit => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  await writeFile(`${dist}/${file}`, inAscii);
}

const write = (name: string, content: string | Uint8Array) => writeFile(`${dist}/${name}`, content);
const inputs = [start, program, rest].flatMap(({ metafile }) => Object.keys(metafile?.inputs ?? {}));
await write('licenses.txt', licensesOf(inputs, root));
await write('preset-usage.1', manPage(packageFile.version));
await write('preset-usage-console.1', otherManPage);

// PostgreSQL's files as created by initdb: with them the demo starts in 1.5 s instead of 2.7 s.
await write('demo-cluster.tar.zst', await makeCluster());
