import { posix } from 'node:path';
import type { BundlerAlias } from './bundler-aliases.ts';

/** How a project says what its imports mean: the files that `importedFile` tries, without endings. */
export interface ImportRules {
  candidates: (from: string, specifier: string) => string[];
}

type Json = Record<string, unknown>;

/** Files that have such rules: tsconfig.json and what it may extend, package.json, Deno's import maps. */
export function isImportConfig(path: string): boolean {
  // This is asked about every file.
  if (!path.endsWith('.json') && !path.endsWith('.jsonc')) return false;
  const name = posix.basename(path);
  return (
    /^(?:[tj]sconfig[\w.-]*\.json|package\.json|deno\.jsonc?|import_map\.json)$/.test(name) ||
    /(?:^|\/)[\w.-]*(?:tsconfig|typescript|config)[\w.-]*\/[\w.-]+\.json$/.test(path)
  );
}

/** Reads the rules of `configs`, texts by path, and of bundlers. A file that cannot be read as JSON has none. */
export function importRules(
  configs: ReadonlyMap<string, string>,
  bundled: readonly BundlerAlias[] = [],
): ImportRules {
  const read = new Map<string, Json>();
  for (const [file, text] of configs) {
    const json = parsed(text);
    if (json) read.set(file, json);
  }
  const packages = packagesIn(read);
  const compiled = new Map<string, PathRule[]>();
  return {
    candidates: (from, specifier) => [
      ...directoriesAbove(from).flatMap(directory => {
        const rules = compiled.get(directory) ?? [
          ...rulesOf(directory, read, packages),
          ...bundled.filter(each => each.directory === directory),
        ];
        compiled.set(directory, rules);
        return rules.flatMap(rule => matched(rule, specifier));
      }),
      ...(specifier.startsWith('#') ? [] : inPackages(packages, specifier)),
    ],
  };
}

/** Tolerates comments, commas at the end and a byte order mark, which counts as a space, as TypeScript does. */
function parsed(text: string): Json | null {
  const plain = text
    .trimStart()
    .replace(/("(?:[^"\\]|\\.)*")|\/\/[^\n]*|\/\*[\s\S]*?\*\//g, '$1')
    .replace(/("(?:[^"\\]|\\.)*")|,(?=\s*[}\]])/g, '$1');
  try {
    return recordOf(JSON.parse(plain));
  } catch {
    return null;
  }
}

const recordOf = (value: unknown): Json | null =>
  typeof value === 'object' && !Array.isArray(value) ? (value as Json | null) : null;

/** The directory of a file and those around it, the nearest first; empty for the root. */
function directoriesAbove(file: string): string[] {
  const found: string[] = [];
  for (let at = posix.dirname(file); ; at = posix.dirname(at)) {
    found.push(at === '.' ? '' : at);
    if (at === '.') return found;
  }
}

/** A pattern with at most one star, and the paths that it stands for. */
interface PathRule {
  pattern: string;
  targets: string[];
}

function rulesOf(directory: string, configs: ReadonlyMap<string, Json>, packages: Package[]): PathRule[] {
  return [...configs].flatMap(([file, json]): PathRule[] => {
    const own = posix.dirname(file) === (directory || '.');
    if (!own) return [];
    const name = posix.basename(file);
    if (/^[tj]sconfig/.test(name)) return compilerRules(file, directory, configs, packages, 0);
    const imports = recordOf(json.imports);
    if (!imports) return [];
    return Object.entries(imports).map(([key, value]) => ({
      pattern: key.endsWith('/') ? `${key}*` : key,
      targets: textsIn(value)
        .map(target => (target.endsWith('/') ? `${target}*` : target))
        .flatMap(target => sourcesOf(directory, target)),
    }));
  });
}

/** The `paths` and `baseUrl` of a tsconfig.json, or of what it extends. */
function compilerRules(
  file: string,
  leaf: string,
  configs: ReadonlyMap<string, Json>,
  packages: Package[],
  depth: number,
): PathRule[] {
  const json = configs.get(file);
  if (!json || depth > 8) return [];
  const directory = posix.dirname(file);
  const options = recordOf(json.compilerOptions) ?? {};
  const base = typeof options.baseUrl === 'string' ? resolved(directory, leaf, options.baseUrl) : null;
  const own = Object.entries(recordOf(options.paths) ?? {}).map(([pattern, targets]) => ({
    pattern,
    targets: textsIn(targets).map(target => resolved(base ?? directory, leaf, target)),
  }));
  const above = textsIn(json.extends).flatMap(extended =>
    extendedFiles(directory, extended, packages).flatMap(each =>
      compilerRules(each, leaf, configs, packages, depth + 1),
    ),
  );
  return [...own, ...above, ...(base === null ? [] : [{ pattern: '*', targets: [posix.join(base, '*')] }])];
}

const resolved = (directory: string, leaf: string, path: string) =>
  configDir.test(path) ? posix.join(leaf, path.replace(configDir, '.')) : posix.join(directory, path);

const configDir = /^\$\{configDir\}/;

/** The files that may be what a tsconfig.json extends. */
function extendedFiles(directory: string, extended: string, packages: Package[]): string[] {
  const bases = extended.startsWith('.')
    ? [posix.join(directory, extended)]
    : packages.flatMap(({ name, directory: of }) =>
        extended === name
          ? [posix.join(of, 'tsconfig.json')]
          : extended.startsWith(`${name}/`)
            ? [posix.join(of, extended.slice(name.length + 1))]
            : [],
      );
  return bases.flatMap(base => [base, `${base}.json`, `${base}/tsconfig.json`]);
}

function matched({ pattern, targets }: PathRule, specifier: string): string[] {
  const [before = '', after] = pattern.split('*');
  if (after === undefined) return pattern === specifier ? targets : [];
  if (!specifier.startsWith(before) || !specifier.endsWith(after)) return [];
  if (specifier.length < before.length + after.length || specifier.startsWith('.')) return [];
  const rest = specifier.slice(before.length, specifier.length - after.length);
  return targets.map(target => target.replace('*', () => rest));
}

/** A package of the scanned directory, which others import by its name. */
interface Package {
  name: string;
  directory: string;
  json: Json;
}

function packagesIn(configs: ReadonlyMap<string, Json>): Package[] {
  return [...configs]
    .flatMap(([file, json]) => {
      const { name } = json;
      const directory = posix.dirname(file);
      return posix.basename(file) === 'package.json' && typeof name === 'string'
        ? [{ name, directory, json }]
        : [];
    })
    .toSorted((a, b) => b.name.length - a.name.length);
}

function inPackages(packages: readonly Package[], specifier: string): string[] {
  const found = packages.find(({ name }) => specifier === name || specifier.startsWith(`${name}/`));
  if (!found) return [];
  const { name, directory, json } = found;
  const rest = specifier.slice(name.length + 1);
  const entry = rest === '' ? '.' : `./${rest}`;
  const exported = recordOf(json.exports);
  const rules =
    exported && Object.keys(exported).some(key => key.startsWith('.')) ? exported : { '.': json.exports };
  const targets = Object.entries(rules).flatMap(([pattern, value]) => {
    const own = pattern === '.' || pattern === './' ? [] : matchedExport(pattern, entry, textsIn(value));
    return pattern === entry ? textsIn(value) : own;
  });
  const main = rest === '' ? [json.source, json.module, json.main, json.types].flatMap(textsIn) : [];
  return [
    ...[...targets, ...main].flatMap(target => sourcesOf(directory, target)),
    ...[`src/${rest}`, rest, `lib/${rest}`].map(path => posix.join(directory, path)),
  ];
}

function matchedExport(pattern: string, entry: string, targets: string[]): string[] {
  const [before = '', after] = pattern.split('*');
  if (after === undefined || !entry.startsWith(before) || !entry.endsWith(after)) return [];
  const rest = entry.slice(before.length, entry.length - after.length);
  return targets.map(target => target.replaceAll('*', () => rest));
}

/** A path of a package, and the source that it was probably built from. */
function sourcesOf(directory: string, target: string): string[] {
  const stem = target.replace(/\.d\.[mc]?ts$/, '').replace(/^\.\//, '');
  const built = /^(?:dist|build|out|lib|esm|cjs)\/(?:(?:esm|cjs|es|types)\/)?(.*)/.exec(stem)?.[1];
  return [stem, ...(built === undefined ? [] : [`src/${built}`, built])].map(path =>
    posix.join(directory, path),
  );
}

/** All texts in a value: those of conditions too. */
function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap(textsIn);
  return Object.values(recordOf(value) ?? {}).flatMap(textsIn);
}
