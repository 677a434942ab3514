import type { Node } from 'oxc-parser';

/** One step of destructuring: a property, an element, or the rest without some properties. */
export type BindingStep = { key: string } | { element: true; index?: number } | { without: string[] };

/** What a name is bound to at its declaration. */
export interface Binding {
  name: string;
  kind: 'variable' | 'parameter' | 'function' | 'class' | 'import' | 'enum';
  /** The identifier that declares it. */
  declared: Node;
  /** What it is bound to: an initial value, the function or class itself, an import's specifier. */
  init: Node | null;
  steps: BindingStep[];
  /** The default of a pattern. */
  fallback: Node | null;
  /** For a parameter: the function, and which of its parameters. */
  owner: Node | null;
  index: number;
}

type Declared = Omit<Binding, 'name' | 'declared' | 'steps' | 'fallback'>;

/** The bindings that a pattern makes: `{ id, data: { count }, ...rest }` makes three. */
export function bindingsOf(
  pattern: Node,
  about: Declared,
  steps: BindingStep[] = [],
  fallback: Node | null = null,
): Binding[] {
  switch (pattern.type) {
    case 'Identifier':
      return [{ ...about, name: pattern.name, declared: pattern, steps, fallback }];
    case 'AssignmentPattern':
      return bindingsOf(pattern.left, about, steps, pattern.right);
    case 'TSParameterProperty':
      return bindingsOf(pattern.parameter, about, steps, fallback);
    case 'RestElement':
      return bindingsOf(pattern.argument, about, steps, fallback);
    case 'ArrayPattern':
      return pattern.elements.flatMap((element, index) =>
        element ? bindingsOf(element, about, [...steps, { element: true, index }], fallback) : [],
      );
    case 'ObjectPattern': {
      const taken: string[] = [];
      return pattern.properties.flatMap(property => {
        if (property.type === 'RestElement') {
          return bindingsOf(property.argument, about, [...steps, { without: taken }], fallback);
        }
        const key = plainKey(property.key, property.computed);
        if (key !== null) taken.push(key);
        return bindingsOf(property.value, about, [...steps, { key: key ?? '' }], fallback);
      });
    }
    default:
      return [];
  }
}

/** The name of a property that is written literally; null for a computed one. */
export function plainKey(key: Node, computed: boolean): string | null {
  if (!computed && (key.type === 'Identifier' || key.type === 'PrivateIdentifier')) return key.name;
  return key.type === 'Literal' ? String(key.value) : null;
}
