import { globSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { dirname, join, relative } from 'node:path';
import type { Metafile, Plugin } from 'esbuild';

// Imported on demand, but the list needs them, or asks for them at once.
const atStart = [
  'ink',
  'react',
  'source/config/contexts/read-context.ts',
  'source/counter/configured/config-schema.ts',
  'source/counter/identity.ts',
  'source/counter/inspect-database.ts',
  // Not needed for the list, but nearly always right after it, and `later.js` is ten times as long.
  'source/diagnosis/run.ts',
  'source/demo/run.ts',
  'source/format/text.ts',
  'source/tui/render.tsx',
  'source/tui/start.ts',
];
// Read by another process, or a file of its own: see build.ts.
const elsewhere = [
  'libpg-query',
  'source/cli/main.ts',
  'source/cli/options.ts',
  'source/scan/child/scan-thread.ts',
];
const imported = /(?<!typeof )import\('([\w@.][^']*)'\)/g;

/**
 * Parts the program in two. Node reads all of a file, copies it twice, and reads all that V8 remembers of it, even of functions that are
 * not called: a third of the memory that is touched before the list. So what the list does not need becomes one file,
 * `later.js`. One, because finding another takes longer than reading what is not used.
 */
export function readLater(root: string): Plugin {
  const nameOf = (module: string, importer: string) =>
    module.startsWith('.') ? relative(root, join(dirname(importer), module)).replaceAll('\\', '/') : module;
  const modules = globSync('source/{cli,connection,counter,demo,tui,watch}/**/*.{ts,tsx}', { cwd: root })
    .map(file => join(root, file))
    .flatMap(file =>
      [...readFileSync(file, 'utf8').matchAll(imported)].map(([, module = '']) => nameOf(module, file)),
    );
  const later = [...new Set(modules)]
    .filter(name => !atStart.includes(name) && !elsewhere.includes(name) && !isBuiltin(name))
    .sort();
  return {
    name: 'read-later',
    setup({ onResolve, onLoad, onEnd }) {
      onLoad({ filter: /[\\/]source[\\/].*\.tsx?$/ }, async ({ path }) => ({
        loader: path.endsWith('x') ? 'tsx' : 'ts',
        contents: (await readFile(path, 'utf8')).replace(imported, (text, module: string) => {
          const name = nameOf(module, path);
          if (later.includes(name)) return `require('load-later').loadLater(${later.indexOf(name)})`;
          if (!atStart.includes(name) && !isBuiltin(name)) return text;
          // In the same file there is nothing to wait for, except what Ink needs.
          const before = name === 'ink' ? `require('yoga-layout').ready` : 'Promise.resolve()';
          return `${before}.then(() => require('${module}'))`;
        }),
      }));
      onResolve({ filter: /^(load-)?later$/ }, ({ path }) => ({ path, namespace: 'later' }));
      onLoad({ filter: /^load-later$/, namespace: 'later' }, () => ({
        resolveDir: root,
        contents: `import { explainMissing } from './scripts/load-later.ts';
          export const loadLater = index => import('later').then(all => all.load[index](), explainMissing);`,
      }));
      onLoad({ filter: /^later$/, namespace: 'later' }, () => ({
        resolveDir: root,
        contents: `export const load = [${later.map(name => `() => require('${name.replace(/^source/, './source')}')`)}];`,
      }));
      onResolve({ filter: /^yoga-layout$/ }, () => ({ path: `${root}scripts/yoga.ts` }));
      // Ink awaits what it does for its developers. What is required is not waited for: the console on the demo did not start.
      onLoad({ filter: /[\\/]ink[\\/]build[\\/]reconciler\.js$/ }, async ({ path }) => {
        const text = await readFile(path, 'utf8');
        const contents = text
          .replaceAll("process.env['DEV'] === 'true'", 'false')
          .replace(/\bawait (?=import\('\.\/devtools|loadPackageJson)/g, '');
        return contents === text ? { errors: [{ text: 'Ink awaits nothing.' }] } : { contents };
      });
      // What packages import on demand is never asked for here, and each would become a file.
      onResolve({ filter: /^(node:)?fs$/ }, ({ kind }) =>
        kind === 'dynamic-import' ? { external: true } : undefined,
      );
      // It would be read at the start, and `later.js` too when it is asked for.
      onEnd(({ metafile }) => ({
        errors: inBoth(metafile, later).map(name => ({
          text: `read-later.ts must name ${name} as needed at the start.`,
        })),
      }));
    },
  };
}

/** Those of `later` that are in a file which the start reads. */
function inBoth(metafile: Metafile | undefined, later: readonly string[]): string[] {
  const files = Object.entries(metafile?.outputs ?? {}).filter(([file]) => !/\/later-\w+\.js$/.test(file));
  return later.filter(name => files.some(([, { inputs }]) => Object.hasOwn(inputs, name)));
}
