import { readFile, rm, writeFile } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build, type Plugin } from 'esbuild';
import { makeCluster } from '../source/demo/cluster.ts';

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
 * string-width makes regular expressions of Unicode properties as it is loaded, which reads tables of ICU's (10 to 25 ms).
 * Text that is one cell a character is measured without it, and it is loaded by the first text that is not.
 */
const measuredWhenNeeded: Plugin = {
  name: 'measured-when-needed',
  setup({ onResolve }) {
    onResolve({ filter: /^string-width$/ }, ({ kind }) =>
      kind === 'require-call' ? undefined : { path: `${root}scripts/quick-string-width.ts` },
    );
  },
};

/**
 * An import of a module of Node's makes it a namespace of all it exports, even what no one asks for (0.5 ms each, 4 with
 * node:crypto). Taken from the process they cost nothing; those that a start rarely needs are not even loaded by it.
 */
const builtinsWhenNeeded: Plugin = {
  name: 'builtins-when-needed',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^[a-z]/ }, ({ path }) =>
      isBuiltin(path) ? { path: path.replace(/^node:/, ''), namespace: 'builtin' } : undefined,
    );
    onLoad({ filter: /.*/, namespace: 'builtin' }, async ({ path }) => ({
      contents: rarelyNeeded.includes(path)
        ? `const load = () => process.getBuiltinModule('${path}');
           export default new Proxy({}, { get: (_, key) => load()[key] });
           ${(await functionsOf(path)).map(name => `export const ${name} = (...given) => load().${name}(...given);`).join('\n')}`
        : `module.exports = process.getBuiltinModule('${path}');`,
    }));
  },
};
const functionsOf = async (builtin: string) =>
  Object.entries(await import(builtin))
    .filter(([name, value]) => typeof value === 'function' && /^[a-z]/.test(name) && name !== 'default')
    .map(([name]) => name);
const rarelyNeeded = ['child_process', 'crypto', 'tls'];

/** Leaves modules out of the file that imports them: each becomes a file of its own, read when it is asked for. */
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
      // A file that was renamed would be bundled, and the start become slower, without a word.
      onEnd(() => ({ errors: [...unseen].map(module => ({ text: `Nothing imports ./${module}.` })) }));
    },
  };
}

const shared: BuildOptions = {
  absWorkingDir: root,
  outdir: dist,
  // One file each: looking for twenty takes longer than reading what a command will not use.
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  minify: true,
  // Node 24 has both. Otherwise esbuild makes literals into `new RegExp`, and Ink has one that runs for every cell.
  supported: { 'regexp-unicode-property-escapes': true, 'regexp-set-notation': true },
  legalComments: 'none',
  // PGlite and the parsers find their WebAssembly and native code beside their own files.
  external: ['@electric-sql/*', 'libpg-query', 'oxc-parser'],
  define: { 'process.env.NODE_ENV': '"production"', 'process.env.DEV': '"false"', BUNDLED: 'true' },
  // Ink loads React's developer tools where it finds them; in production nobody looks for them.
  alias: { 'react-devtools-core': './scripts/empty.js' },
  logLevel: 'warning',
};

await rm(dist, { recursive: true, force: true });
// Only what the file that is started imports later is read from the compile cache.
await build({
  ...shared,
  entryPoints: { cli: 'source/cli/bin.ts' },
  plugins: [apart({ 'main.ts': 'program.js' })],
});
await build({
  ...shared,
  entryPoints: {
    program: 'source/cli/main.ts',
    'command-line': 'source/cli/options.ts',
    'demo-worker': 'source/demo/worker.ts',
    'parser-main': 'source/sql/parser/parser-main.ts',
    'scan-main': 'source/scan/scan-main.ts',
  },
  define: { ...shared.define, 'Intl.Segmenter': 'LazySegmenter' },
  inject: ['./scripts/lazy-segmenter.ts'],
  plugins: [
    yogaWithoutFetch,
    measuredWhenNeeded,
    builtinsWhenNeeded,
    apart({ 'options.ts': 'command-line.js' }),
  ],
  // Some of what is bundled is CommonJS and asks for Node's modules by require.
  banner: {
    js: "const require=process.getBuiltinModule('module').createRequire(import.meta.url);",
  },
});

// PostgreSQL's files as initdb makes them: the demo then starts in 1.5 s instead of 2.7 s.
await writeFile(new URL('../dist/demo-cluster.tar.gz', import.meta.url), await makeCluster());
