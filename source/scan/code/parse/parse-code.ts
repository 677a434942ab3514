import type { IdentifierReference, Node } from 'oxc-parser';
import { missingPackage } from '../../../config/optional-packages.ts';
import { type Binding, bindingsOf } from '../follow/bindings.ts';
import type { CodeModule } from './code-module.ts';

/** Why a file could not be parsed, and where. */
export interface ParseProblem {
  message: string;
  offset: number;
}

type Package = typeof import('oxc-parser');
type Parsed = ReturnType<Package['parseSync']>;

/** What the parser returns; the program is JSON. V8 does not know of the memory that each of the two takes until it is read. */
type ParsedText = Pick<Parsed, 'errors'> & { program: string };

// What the package itself calls. Its own functions also make objects of comments and imports, which nobody reads here.
interface Parser {
  parseSync(...parsed: Parameters<Package['parseSync']>): ParsedText;
  jsonParseAst(program: string): Parsed['program'];
  visitorKeys: Package['visitorKeys'];
}
let parser: Parser | undefined;

/**
 * Loads the parser, which is native code, only when it is needed: a console that never scans does not pay for it. Rejects with
 * `package-missing` (exit code 2) where it is not installed, or not for this platform.
 */
export async function loadCodeParser(): Promise<void> {
  if (parser) return;
  // They have no types. package.json pins the package, because another version may have other files.
  const files = ['bindings.js', 'wrap.js', 'generated/visit/keys.js'].map(
    file => `oxc-parser/src-js/${file}`,
  );
  const [native, { jsonParseAst }, keys] = await Promise.all(files.map(file => import(file))).catch(() => {
    throw missingPackage('oxc-parser');
  });
  parser = { ...native, jsonParseAst, visitorKeys: keys.default };
}

/** Parses a file by its extension. A `.js` file may have JSX, and Flow types, which parse as TypeScript. */
export function parseCode(file: string, text: string): CodeModule | ParseProblem {
  const [first, second] = languages(file);
  const parsed = parse(file, text, first);
  if (second === undefined || !('offset' in parsed)) return parsed;
  const again = parse(file, text, second);
  return 'offset' in again ? parsed : again;
}

/** Whether a text by itself is code. */
export function isCode(text: string): boolean {
  const isIn = (lang: Language) => isWhole(loaded().parseSync(`markup.${lang}`, text, { lang }));
  return isIn('ts') || isIn('tsx');
}

/** Whether the whole of a file can be parsed at once. */
export function isParsed(file: string, text: string): boolean {
  const [lang] = languages(file);
  return isWhole(loaded().parseSync(file, text, { lang }));
}

/** Whether a text has no errors. It is not read after that. */
function isWhole(parsed: ParsedText): boolean {
  void parsed.program;
  return parsed.errors.length === 0;
}

function loaded(): Parser {
  if (!parser) throw new Error('The parser is not loaded.');
  return parser;
}

type Language = 'ts' | 'tsx' | 'jsx';

function languages(file: string): [Language, Language?] {
  if (/\.[mc]?ts$/.test(file)) return ['ts'];
  if (/\.tsx$/.test(file)) return ['tsx'];
  return /\.[mc]?jsx?$/.test(file) ? ['jsx', 'tsx'] : ['ts', 'tsx'];
}

function parse(file: string, text: string, lang: Language): CodeModule | ParseProblem {
  const { parseSync, jsonParseAst, visitorKeys } = loaded();
  const parsed = parseSync(file, text, { lang, preserveParens: false });
  const program = jsonParseAst(parsed.program);
  const [error] = parsed.errors.filter(({ severity }) => severity === 'Error');
  if (error && program.body.length === 0) {
    return {
      message: [error.message, error.helpMessage].filter(part => part !== null).join('. '),
      offset: error.labels[0]?.start ?? 0,
    };
  }
  const module: CodeModule = {
    file,
    text,
    program,
    scopes: new Map(),
    identifiers: new Map(),
    calls: [],
    strings: [],
    types: new Map(),
    classes: [],
  };
  codeKeys ??= new Map(
    Object.entries(visitorKeys).map(([type, keys]) => [type, keys.filter(key => !typeKeys.has(key))]),
  );
  index(module, program, program, program, codeKeys);
  return module;
}

/** Where a node of each type holds the code in it. */
let codeKeys: ReadonlyMap<string, readonly string[]> | undefined;

// Types are not code: a name in a type is neither read nor written.
const typeKeys: ReadonlySet<string> = new Set([
  'typeAnnotation',
  'typeParameters',
  'typeArguments',
  'returnType',
  'superTypeArguments',
  'implements',
]);

const scopeTypes: ReadonlySet<Node['type']> = new Set<Node['type']>([
  'BlockStatement',
  'ForStatement',
  'ForInStatement',
  'ForOfStatement',
  'SwitchStatement',
  'CatchClause',
  'StaticBlock',
  'TSModuleBlock',
]);

/** Links every node to its parent, and records what is declared where. `block` and `body` are the scopes around the node. */
function index(
  module: CodeModule,
  node: Node,
  block: Node,
  body: Node,
  keys: ReadonlyMap<string, readonly string[]>,
): void {
  let [inner, hoisted] = [block, body];
  if (scopeTypes.has(node.type) && node.parent && !isFunction(node.parent)) inner = node;
  switch (node.type) {
    case 'FunctionDeclaration':
      if (node.id) declare(module, block, bindingsOf(node.id, about('function', node)));
      inner = hoisted = node;
      break;
    case 'FunctionExpression':
      if (node.id) declare(module, node, bindingsOf(node.id, about('function', node)));
      inner = hoisted = node;
      break;
    case 'ArrowFunctionExpression':
      inner = hoisted = node;
      break;
    case 'ClassDeclaration':
    case 'ClassExpression':
      module.classes.push(node);
      if (node.id) declare(module, block, bindingsOf(node.id, about('class', node)));
      break;
    case 'TSInterfaceDeclaration':
      module.types.set(node.id.name, node.body);
      break;
    case 'TSTypeAliasDeclaration':
      module.types.set(node.id.name, node.typeAnnotation);
      break;
    case 'TSEnumDeclaration':
      declare(module, block, bindingsOf(node.id, about('enum', node)));
      break;
    case 'ImportDeclaration':
      for (const specifier of node.specifiers) {
        declare(module, block, bindingsOf(specifier.local, about('import', specifier)));
      }
      break;
    case 'VariableDeclaration':
      for (const { id, init } of node.declarations) {
        const scope = node.kind === 'var' ? body : block;
        const over = node.parent?.type === 'ForOfStatement' ? node.parent.right : null;
        declare(
          module,
          scope,
          bindingsOf(id, about('variable', over ?? init), over ? [{ element: true }] : []),
        );
      }
      break;
    case 'CallExpression':
      module.calls.push(node);
      break;
    case 'TemplateLiteral':
      module.strings.push(node);
      break;
    case 'Literal':
      if (typeof node.value === 'string') module.strings.push(node);
      break;
    case 'PrivateIdentifier':
    case 'Identifier': {
      const named = module.identifiers.get(node.name);
      if (named) named.push(node as IdentifierReference);
      else module.identifiers.set(node.name, [node as IdentifierReference]);
      break;
    }
  }
  if (isFunction(node)) {
    for (const [position, parameter] of node.params.entries()) {
      declare(
        module,
        node,
        bindingsOf(parameter, { ...about('parameter', null), owner: node, index: position }),
      );
    }
  }
  const parts = node as unknown as Record<string, Node | (Node | null)[] | null | undefined>;
  for (const key of keys.get(node.type) ?? []) {
    const part = parts[key];
    if (!part) continue;
    if (!Array.isArray(part)) {
      part.parent = node;
      index(module, part, inner, hoisted, keys);
      continue;
    }
    for (const each of part) {
      if (!each) continue;
      each.parent = node;
      index(module, each, inner, hoisted, keys);
    }
  }
}

const about = (kind: Binding['kind'], init: Node | null) => ({ kind, init, owner: null, index: 0 });

function declare(module: CodeModule, scope: Node, bindings: Binding[]): void {
  const declared = module.scopes.get(scope) ?? new Map<string, Binding>();
  for (const binding of bindings) declared.set(binding.name, binding);
  module.scopes.set(scope, declared);
}

/** Any kind of function that has a body here. */
export type FunctionNode = Extract<
  Node,
  { type: 'FunctionDeclaration' | 'FunctionExpression' | 'ArrowFunctionExpression' }
>;

export function isFunction(node: Node): node is FunctionNode {
  return (
    node.type === 'FunctionDeclaration' ||
    node.type === 'FunctionExpression' ||
    node.type === 'ArrowFunctionExpression'
  );
}
