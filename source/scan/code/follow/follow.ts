import type { Node } from 'oxc-parser';
import { Names } from '../../names.ts';
import type { CodeModule, Reference } from '../parse/code-module.ts';
import { isFunction } from '../parse/parse-code.ts';
import { type Binding, type BindingStep, plainKey } from './bindings.ts';
import { type ClassNode, classAround, classMember } from './class-members.ts';
import { addendsOf } from './concat-parts.ts';
import { elementsOf } from './elements.ts';
import { exportedBy } from './exports.ts';
import { lookup, nameOfFunction, returnsOf } from './lookup.ts';
import { FollowMemo } from './memo.ts';
import { assignedTo } from './references.ts';

/** Resolves an import; null for a package, or a file that could not be read. */
type ImportFrom = (module: CodeModule, specifier: string) => CodeModule | null;

// Something with more possible values than this could be anything.
const most = 40;
// The maximum length of a concatenated text, in characters. A text that doubles in every line soon fills the memory.
const longest = 200_000;

/** Finds out what expressions stand for: through variables, imports, properties and helper functions. */
export class Follower {
  /** Those of the counter that is being scanned for. What is followed does not depend on them. */
  names = new Names();
  readonly #importFrom: ImportFrom;
  // Names are looked up repeatedly. A name that is looked up during its own lookup is circular.
  readonly #followed = new Map<Node, Reference[]>();
  readonly #texts = new Map<Node, string[]>();
  readonly #members = new FollowMemo();
  readonly #elementsOf = new FollowMemo();
  readonly #exports = new FollowMemo();

  readonly #opensCalls: boolean;
  #withCalls: Follower | null = null;

  constructor(importFrom: ImportFrom, opensCalls = true) {
    this.#importFrom = importFrom;
    this.#opensCalls = opensCalls;
  }

  /** The calls that an expression may be, instead of what they return: `createRepository(client, 'presets')`. */
  calls(ref: Reference): Reference[] {
    this.#withCalls ??= new Follower(this.#importFrom, false);
    return this.#withCalls.follow(ref).filter(({ node }) => node.type === 'CallExpression');
  }

  /**
   * The expressions that an expression may finally resolve to: a literal, an object, a call of something unknown, or the
   * identifier of a parameter, whose value callers pass.
   */
  follow(ref: Reference): Reference[] {
    const known = this.#followed.get(ref.node);
    if (known) return known;
    this.#followed.set(ref.node, []);
    const found = distinct(this.#follow(ref));
    this.#followed.set(ref.node, found);
    return found;
  }

  #follow({ module, node }: Reference): Reference[] {
    const on = (next: Node) => this.follow({ module, node: next });
    switch (node.type) {
      case 'TSAsExpression':
      case 'TSSatisfiesExpression':
      case 'TSNonNullExpression':
      case 'TSTypeAssertion':
      case 'ChainExpression':
      case 'ParenthesizedExpression':
        return on(node.expression);
      case 'AwaitExpression':
        return on(node.argument);
      case 'SequenceExpression':
        return on(node.expressions.at(-1)!);
      case 'ConditionalExpression':
        return [...on(node.consequent), ...on(node.alternate)];
      case 'LogicalExpression':
        return [...(node.operator === '&&' ? [] : on(node.left)), ...on(node.right)];
      case 'AssignmentExpression':
        return node.operator === '=' ? on(node.right) : [{ module, node }];
      case 'Identifier': {
        const binding = lookup(module, node.name, node);
        return binding ? this.boundTo(module, binding) : [{ module, node }];
      }
      case 'MemberExpression': {
        const names = node.computed
          ? this.#keys({ module, node: node.property })
          : [(node.property as { name: string }).name];
        const found =
          names.length === 0
            ? on(node.object).flatMap(object => this.#anyMember(object))
            : names.flatMap(name => on(node.object).flatMap(object => this.member(object, name)));
        return found.length > 0 ? found : [{ module, node }];
      }
      case 'CallExpression': {
        const required = node.callee.type === 'Identifier' && node.callee.name === 'require';
        return required ? this.#whole(module, node, node.arguments[0]) : this.#returned(module, node);
      }
      case 'ImportExpression':
        return this.#whole(module, node, node.source);
      default:
        return [{ module, node }];
    }
  }

  /** What a name is bound to; the identifier itself for a parameter without a default. */
  boundTo(module: CodeModule, binding: Binding): Reference[] {
    const { init, kind, declared, fallback } = binding;
    if (kind === 'import' && init) return this.#imported(module, init);
    const start = init ? [init] : assignedTo(module, binding);
    const fallbacks = fallback ? this.follow({ module, node: fallback }) : [];
    if (kind === 'parameter') {
      const each = this.#iterated(module, binding);
      return [{ module, node: declared }, ...fallbacks, ...this.step(each, binding.steps)];
    }
    const bound = start.flatMap(node => this.step(this.follow({ module, node }), binding.steps));
    return [...bound, ...fallbacks];
  }

  // `['presets', 'styles'].forEach(table => ...)`
  #iterated(module: CodeModule, { owner, index }: Binding): Reference[] {
    if (index !== 0 || !owner) return [];
    // `tables.forEach(bump)`
    const name = isFunction(owner) ? nameOfFunction(owner) : null;
    const named = (name === null ? [] : (module.identifiers.get(name) ?? [])) as Node[];
    return [owner, ...named].flatMap(callback => {
      const call = callback.parent;
      if (call?.type !== 'CallExpression' || call.callee.type !== 'MemberExpression') return [];
      if (!/^(map|flatMap|forEach)$/.test(plainKey(call.callee.property, false) ?? '')) return [];
      return this.follow({ module, node: call.callee.object as Node }).flatMap(list => this.elements(list));
    });
  }

  /** Applies destructuring to what was found. Properties that are not written literally stay unknown. */
  step(found: Reference[], steps: readonly BindingStep[]): Reference[] {
    const [first, ...rest] = steps;
    if (!first) return found;
    const next = found.flatMap(ref => {
      if ('key' in first) return this.member(ref, first.key);
      return this.elements(ref);
    });
    return this.step(next, rest);
  }

  /** The elements of a literal array, or what a `map` makes of each. */
  elements(ref: Reference): Reference[] {
    return this.#elementsOf.once(ref.node, '', () => distinct(elementsOf(this, ref)));
  }

  /** A property of a resolved object, enum, class or module. */
  member(ref: Reference, name: string): Reference[] {
    return this.#members.once(ref.node, name, () => distinct(this.#member(ref, name)));
  }

  #keys({ module, node }: Reference): string[] {
    return node.type === 'Literal' ? [String(node.value)] : this.texts({ module, node });
  }

  // `TABLES[kind]`: whichever of an object's values the key chooses.
  #anyMember({ module, node }: Reference): Reference[] {
    if (node.type !== 'ObjectExpression') return [];
    return node.properties.flatMap(property =>
      property.type === 'Property' ? this.follow({ module, node: property.value }) : [],
    );
  }

  #member({ module, node }: Reference, name: string): Reference[] {
    const on = (next: Node) => this.follow({ module, node: next });
    switch (node.type) {
      case 'ObjectExpression':
        return node.properties.flatMap(property => {
          if (property.type === 'SpreadElement') {
            return on(property.argument).flatMap(object => this.member(object, name));
          }
          return plainKey(property.key, property.computed) === name ? on(property.value) : [];
        });
      case 'ArrayExpression': {
        const element = node.elements[Number(name)];
        return element ? on(element) : [];
      }
      case 'TSEnumDeclaration':
        return node.body.members.flatMap(({ id, initializer }) =>
          initializer && plainKey(id, false) === name ? [{ module, node: initializer }] : [],
        );
      case 'ImportNamespaceSpecifier':
        return this.#imported(module, node, name);
      case 'Program':
        return this.exported(module, name);
      case 'ThisExpression': {
        const around = classAround(node);
        return around ? this.#ofClass(module, around, name) : [];
      }
      case 'ClassDeclaration':
      case 'ClassExpression':
        return this.#ofClass(module, node, name);
      case 'NewExpression':
        return on(node.callee).flatMap(made => this.member(made, name));
      case 'CallExpression':
        // Object.freeze({...}), z.object({...})
        return node.callee.type === 'MemberExpression' && plainKey(node.callee.property, false) === 'freeze'
          ? node.arguments.flatMap(argument => on(argument).flatMap(object => this.member(object, name)))
          : [];
      case 'Identifier':
        return this.classOf({ module, node }).flatMap(type => this.member(type, name));
      default:
        return [];
    }
  }

  /** The texts that a constant expression may have, including templates and concatenations of constants. */
  texts(ref: Reference): string[] {
    const known = this.#texts.get(ref.node);
    if (known) return known;
    this.#texts.set(ref.node, []);
    const found = [...new Set(this.#textsOf(ref))].filter(({ length }) => length <= longest);
    this.#texts.set(ref.node, found);
    return found;
  }

  #textsOf(ref: Reference): string[] {
    return this.follow(ref).flatMap(({ module, node }): string[] => {
      if (node.type === 'Literal') return typeof node.value === 'string' ? [node.value] : [];
      if (node.type === 'TemplateLiteral') {
        const parts = node.expressions.map(each => this.texts({ module, node: each })[0]);
        if (parts.some(part => part === undefined)) return [];
        return [node.quasis.map(({ value }, at) => (value.cooked ?? '') + (parts[at] ?? '')).join('')];
      }
      if (node.type === 'BinaryExpression' && node.operator === '+') {
        const parts = addendsOf(node).map(each => this.texts({ module, node: each })[0]);
        return parts.includes(undefined) ? [] : [parts.join('')];
      }
      return [];
    });
  }

  /** The functions that a call may call, if their files can be found. */
  callees({ module, node }: Reference): Reference[] {
    const called = this.follow({ module, node }).flatMap(ref => {
      // useCallback(async () => ...), withAuth(async () => ...)
      if (ref.node.type !== 'CallExpression') return [ref];
      return ref.node.arguments.map(each => ({ module: ref.module, node: each as Node }));
    });
    return called.filter(ref => isFunction(ref.node));
  }

  #returned(module: CodeModule, node: CodeModule['calls'][number]): Reference[] {
    if (!this.#opensCalls) return [{ module, node }];
    const called = this.follow({ module, node: node.callee });
    const returned = called.flatMap(ref =>
      isFunction(ref.node)
        ? returnsOf(ref.node).flatMap(each => this.follow({ module: ref.module, node: each }))
        : [],
    );
    return returned.length > 0 ? returned : [{ module, node }];
  }

  #ofClass(module: CodeModule, node: ClassNode, name: string): Reference[] {
    const { parameter, values } = classMember(node, name);
    if (parameter) return [{ module, node: parameter }];
    const found = values.flatMap(value => this.follow({ module, node: value }));
    if (found.length > 0 || !node.superClass) return found;
    return this.follow({ module, node: node.superClass }).flatMap(above => this.member(above, name));
  }

  /** The class that is the declared type of a parameter or field: `constructor(private presets: PresetRepository)`. */
  classOf({ module, node }: Reference): Reference[] {
    if (node.type !== 'Identifier' || !('typeAnnotation' in node)) return [];
    const type = node.typeAnnotation?.typeAnnotation;
    if (type?.type !== 'TSTypeReference' || type.typeName.type !== 'Identifier') return [];
    const binding = lookup(module, type.typeName.name, node);
    return binding ? this.boundTo(module, binding).filter(ref => /Class/.test(ref.node.type)) : [];
  }

  #imported(module: CodeModule, specifier: Node, name?: string): Reference[] {
    if (specifier.type === 'ImportNamespaceSpecifier' && name === undefined) {
      return [{ module, node: specifier }];
    }
    const declaration = specifier.parent;
    if (declaration?.type !== 'ImportDeclaration') return [];
    const from = this.#importFrom(module, declaration.source.value);
    const wanted =
      name ??
      (specifier.type === 'ImportSpecifier'
        ? specifier.imported.type === 'Literal'
          ? specifier.imported.value
          : specifier.imported.name
        : 'default');
    const found = from ? this.exported(from, wanted) : [];
    // If the file is unknown, the name still says what it is.
    return found.length > 0 || name !== undefined ? found : [{ module, node: specifier }];
  }

  // `require('./tables')` and `await import('./tables')` return everything the module exports.
  #whole(module: CodeModule, node: Node, specifier: Node | undefined): Reference[] {
    const text = specifier?.type === 'Literal' ? String(specifier.value) : null;
    const from = text === null ? null : this.#importFrom(module, text);
    if (!from) return [{ module, node }];
    return [{ module: from, node: from.program }, ...this.exported(from, 'module.exports')];
  }

  /** The body of an interface, or what a type stands for, by its name in a module; null if it is not declared in this code. */
  typeNamed(module: CodeModule, name: string, depth = 0): Reference | null {
    const own = module.types.get(name);
    if (own) return { module, node: own };
    const specifier = lookup(module, name, module.program)?.init;
    if (depth > 5 || specifier?.type !== 'ImportSpecifier') return null;
    const declaration = specifier.parent;
    if (declaration?.type !== 'ImportDeclaration') return null;
    const from = this.#importFrom(module, declaration.source.value);
    const imported =
      specifier.imported.type === 'Literal' ? specifier.imported.value : specifier.imported.name;
    return from ? this.#typeExported(from, imported, depth + 1) : null;
  }

  #typeExported(module: CodeModule, name: string, depth: number): Reference | null {
    const own = this.typeNamed(module, name, depth);
    if (own || depth > 5) return own;
    for (const statement of module.program.body) {
      const passes =
        statement.type === 'ExportAllDeclaration' ||
        (statement.type === 'ExportNamedDeclaration' && statement.source);
      if (!passes || !statement.source) continue;
      const from = this.#importFrom(module, statement.source.value);
      const found = from && this.#typeExported(from, name, depth + 1);
      if (found) return found;
    }
    return null;
  }

  /** What a module exports under a name, including re-exports. */
  exported(module: CodeModule, name: string): Reference[] {
    return this.#exports.once(module.program, name, () =>
      distinct(
        exportedBy(module, name, this.#importFrom).flatMap(({ module: from, ...what }) =>
          'node' in what ? this.follow({ module: from, node: what.node }) : this.boundTo(from, what.binding),
        ),
      ),
    );
  }
}

function distinct(refs: Reference[]): Reference[] {
  if (refs.length < 2) return refs;
  return [...new Map(refs.map(ref => [ref.node, ref])).values()].slice(0, most);
}
