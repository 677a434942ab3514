import { posix } from 'node:path';
import type { Node } from 'oxc-parser';
import type { CodeModule } from '../parse/code-module.ts';
import { parseCode } from '../parse/parse-code.ts';
import { plainKey } from './bindings.ts';

/** What a bundler's configuration says of imports, for the files in its directory and below. */
export interface BundlerAlias {
  directory: string;
  /** With at most one star. */
  pattern: string;
  targets: string[];
}

const configuration =
  /(?:^|\/)(?:vite|vitest|electron\.vite|svelte|webpack|astro|nuxt|next|rollup|rspack|rsbuild|babel|craco|vue)\.config(?:\.[\w-]+)?\.[cm]?[jt]s$/;

/** Whether a file configures a bundler, by its name. */
export const isBundlerConfig = (file: string) => configuration.test(file);

/** The aliases in a configuration of vite, SvelteKit, webpack and others, as far as they are written literally. */
export function aliasesOfBundler(file: string, text: string): BundlerAlias[] {
  if (!isBundlerConfig(file) || !text.includes('alias')) return [];
  const module = parseCode(file, text);
  if ('offset' in module) return [];
  const at = posix.dirname(file);
  const directory = at === '.' ? '' : at;
  return (module.identifiers.get('alias') ?? []).flatMap(({ parent }) =>
    parent?.type === 'Property'
      ? pairsOf(module, parent.value).flatMap(pair => rulesOf(directory, pair))
      : [],
  );
}

/** A name and the expression of its path: of `{ '@x': './x' }` or `[{ find: '@x', replacement: './x' }]`. */
function pairsOf(module: CodeModule, value: Node): [string, string][] {
  const held = value.type === 'ArrayExpression' ? value.elements : [value];
  return held.flatMap((each): [string, string][] => {
    if (each?.type !== 'ObjectExpression') return [];
    const pairs = each.properties.flatMap((property): [string, Node][] => {
      const key = property.type === 'Property' ? plainKey(property.key, property.computed) : null;
      return property.type === 'Property' && key !== null ? [[key, property.value]] : [];
    });
    const [find, replacement] = ['find', 'replacement'].map(key => pairs.find(([name]) => name === key)?.[1]);
    const named: [string, Node][] =
      value.type === 'ArrayExpression' && replacement
        ? find?.type === 'Literal' && typeof find.value === 'string'
          ? [[find.value, replacement]]
          : []
        : pairs;
    return named.flatMap(([name, node]): [string, string][] => {
      const path = pathOf(module, node);
      return path === null ? [] : [[name, path]];
    });
  });
}

/** A path that is written out; null for any other. What stands for the directory of the configuration is left out. */
function pathOf(module: CodeModule, node: Node): string | null {
  switch (node.type) {
    case 'Literal':
      return typeof node.value === 'string' ? node.value : null;
    case 'TemplateLiteral': {
      const holes = node.expressions.every(each => isHere(module, each));
      const text = node.quasis.map(({ value }) => value.cooked ?? '').join('');
      return holes ? `${node.expressions.length > 0 ? '.' : ''}${text}` : null;
    }
    case 'CallExpression':
    case 'NewExpression': {
      // path.resolve(__dirname, 'src'), fileURLToPath(new URL('./src', import.meta.url))
      const name = module.text.slice(node.callee.start, node.callee.end);
      if (!/(?:^|\.)(?:resolve|join|fileURLToPath|URL)$/.test(name)) return null;
      const parts = node.arguments.map(each => (isHere(module, each) ? '.' : pathOf(module, each)));
      return parts.every(part => part !== null) ? posix.join(...parts) : null;
    }
    case 'MemberExpression':
      return plainKey(node.property, node.computed) === 'pathname'
        ? pathOf(module, node.object as Node)
        : null;
    default:
      return null;
  }
}

const isHere = ({ text }: CodeModule, { start, end }: Node) =>
  /^(?:__dirname|process\.cwd\(\)|import\.meta\.(?:url|dirname)|(?:path\.)?dirname\(.*\))$/.test(
    text.slice(start, end),
  );

function rulesOf(directory: string, [name, path]: [string, string]): BundlerAlias[] {
  if (path.startsWith('/')) return [];
  const target = posix.join(directory, path);
  // webpack's `name$` stands for that import alone.
  if (name.endsWith('$') && name.length > 1)
    return [{ directory, pattern: name.slice(0, -1), targets: [target] }];
  const stem = name.replace(/\/$/, '');
  return [
    { directory, pattern: stem, targets: [target] },
    { directory, pattern: `${stem}/*`, targets: [posix.join(target, '*')] },
  ];
}
