import { readFile, rm, writeFile } from 'node:fs/promises';
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
 * string-width makes a regular expression of all emoji as it is loaded, which reads a table of ICU's (4 to 14 ms), and
 * needs it only for characters of more than one UTF-16 unit. It is made when it is first used.
 */
const emojiWhenNeeded: Plugin = {
  name: 'emoji-when-needed',
  setup({ onLoad }) {
    onLoad({ filter: /string-width\/index\.js$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      const lazy = source.replace(
        /^const emojiPrefixRegex = (\/.*\/v);$/m,
        (_, literal) =>
          `let emoji; const emojiPrefixRegex = { test: text => (emoji ??= ${literal}).test(text), exec: text => (emoji ??= ${literal}).exec(text) };`,
      );
      if (lazy === source)
        throw new Error('string-width is not what this build knows: look at emojiWhenNeeded.');
      return { contents: lazy };
    });
  },
};

/** Leaves modules out of the file that imports them: each becomes a file of its own, read when it is asked for. */
function apart(modules: Record<string, string>): Plugin {
  return {
    name: 'apart',
    setup({ onResolve }) {
      for (const [module, file] of Object.entries(modules)) {
        onResolve({ filter: new RegExp(`^\\./${module.replace('.', '\\.')}$`) }, ({ kind }) =>
          kind === 'dynamic-import' ? { path: `./${file}`, external: true } : undefined,
        );
      }
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
  // PGlite finds its WebAssembly beside its own files.
  external: ['@electric-sql/*'],
  define: { 'process.env.NODE_ENV': '"production"', 'process.env.DEV': '"false"', BUNDLED: 'true' },
  // Ink loads React's developer tools where it finds them; in production nobody looks for them.
  alias: { 'react-devtools-core': './scripts/empty.js' },
  logLevel: 'warning',
};

await rm(dist, { recursive: true, force: true });
// Only what the file that is started imports later is read from the compile cache.
await build({
  ...shared,
  entryPoints: { cli: 'source/bin.ts' },
  plugins: [apart({ 'cli.ts': 'program.js' })],
});
await build({
  ...shared,
  entryPoints: {
    program: 'source/cli.ts',
    'command-line': 'source/command-line.ts',
    'demo-worker': 'source/demo/worker.ts',
  },
  plugins: [yogaWithoutFetch, emojiWhenNeeded, apart({ 'command-line.ts': 'command-line.js' })],
  // Some of what is bundled is CommonJS and asks for Node's modules by require.
  banner: {
    js: "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);",
  },
});

// PostgreSQL's files as initdb makes them: the demo then starts in 1.5 s instead of 2.7 s.
await writeFile(new URL('../dist/demo-cluster.tar.gz', import.meta.url), await makeCluster());
