import type { Node } from 'oxc-parser';
import { withNames } from '../../subject.ts';
import { type BindingStep, plainKey } from '../follow/bindings.ts';
import type { Follower } from '../follow/follow.ts';
import { lookup } from '../follow/lookup.ts';
import type { CodeModule, Reference } from '../parse/code-module.ts';

// Types may refer to themselves.
const deepest = 12;

/** Whether a type is that of a whole row of presets, as the database's types or the application's own declare it. */
export function isRowType(
  follower: Follower,
  { module, node }: Reference,
  steps: readonly BindingStep[] = [],
  depth = 0,
): boolean {
  if (depth > deepest) return false;
  const on = (next: Node, left = steps) => isRowType(follower, { module, node: next }, left, depth + 1);
  const [step, ...rest] = steps;
  switch (node.type) {
    case 'TSTypeAnnotation':
      return on(node.typeAnnotation);
    case 'TSArrayType':
      return on(node.elementType, step && 'element' in step ? rest : steps);
    case 'TSUnionType':
    case 'TSIntersectionType':
      return node.types.some(each => on(each));
    case 'TSTypeLiteral':
      return ofMembers(follower, module, node.members, steps, depth);
    case 'TSInterfaceBody':
      return ofMembers(follower, module, node.body, steps, depth);
    case 'TSIndexedAccessType':
      return steps.every(isRest(follower)) && generated().test(textOf(module, node));
    case 'TSTypeQuery':
      return steps.every(isRest(follower)) && inferred().test(textOf(module, node));
    case 'TSTypeReference':
      return ofReference(follower, { module, node }, steps, depth);
    default:
      return false;
  }
}

const textOf = (module: CodeModule, node: Node) => module.text.slice(node.start, node.end);

// Supabase's and drizzle's types of a row.
const generated = withNames(
  ({ table, tables }) =>
    new RegExp(
      `^Tables<\\s*['"]${table}['"]\\s*>$|\\[['"]${table}['"]\\]\\[['"]Row['"]\\]$|^InferSelectModel<typeof \\w*${tables}\\w*>$|^Selectable<\\w*${tables}\\w*>$`,
      'i',
    ),
);
const called = withNames(({ tables }) => new RegExp(`^(?:Db)?${tables}(?:Row|Record|Entity)$`, 'i'));
const inferred = withNames(({ tables }) => new RegExp(`\\b${tables}(?:Table)?\\.\\$inferSelect$`, 'i'));

const isRest = (follower: Follower) => (step: BindingStep) =>
  'element' in step || ('without' in step && !step.without.some(key => follower.names.isCounter(key)));

function ofMembers(
  follower: Follower,
  module: CodeModule,
  members: readonly Node[],
  steps: readonly BindingStep[],
  depth: number,
): boolean {
  const [step, ...rest] = steps;
  const properties = members.flatMap(each => (each.type === 'TSPropertySignature' ? [each] : []));
  if (step && 'key' in step) {
    const held = properties.find(({ key, computed }) => plainKey(key, computed) === step.key)?.typeAnnotation;
    return held ? isRowType(follower, { module, node: held }, rest, depth + 1) : false;
  }
  if (!steps.every(isRest(follower))) return false;
  const names = properties
    .filter(({ optional }) => !optional)
    .map(each => plainKey(each.key, each.computed) ?? '');
  // A row has its key; a patch, or a request to count, has not.
  return names.some(name => follower.names.isCounter(name)) && names.some(name => name === 'id');
}

function ofReference(
  follower: Follower,
  ref: Reference,
  steps: readonly BindingStep[],
  depth: number,
): boolean {
  const { module, node } = ref;
  if (node.type !== 'TSTypeReference') return false;
  const text = textOf(module, node);
  if (generated().test(text)) return steps.every(isRest(follower));
  if (node.typeName.type !== 'Identifier')
    return isInferred(follower, { module, node }) && steps.every(isRest(follower));
  const { name } = node.typeName;
  const [first, second] = node.typeArguments?.params ?? [];
  const on = (next: Node, left = steps) => isRowType(follower, { module, node: next }, left, depth + 1);
  if (first && /^(Readonly|ReadonlyArray|Array|Required|Promise|NonNullable|PropsWithChildren)$/.test(name))
    return on(first);
  if (first && second && name === 'Omit') return !namesCounter(follower, textOf(module, second)) && on(first);
  if (first && second && name === 'Pick') return namesCounter(follower, textOf(module, second)) && on(first);
  if (first) return false;
  const declared = follower.typeNamed(module, name);
  if (declared) return isRowType(follower, declared, steps, depth + 1);
  const binding = lookup(module, name, module.program);
  // What a file of types that was not scanned calls a row is one.
  if (!binding) return false;
  const unseen = binding.kind === 'import' && called().test(name);
  if (unseen) return steps.every(isRest(follower));
  const { parent } = binding.declared;
  const from = parent?.type === 'ImportSpecifier' ? parent.parent : null;
  if (from?.type === 'ImportDeclaration' && /prisma/.test(from.source.value)) {
    return follower.names.isPresets(name) && steps.every(isRest(follower));
  }
  return (
    steps.every(isRest(follower)) &&
    follower
      .boundTo(module, binding)
      .some(
        ({ node: made }) =>
          made.type === 'ClassDeclaration' &&
          made.body.body.some(
            each =>
              each.type === 'PropertyDefinition' &&
              !each.optional &&
              follower.names.isCounter(plainKey(each.key, each.computed) ?? ''),
          ),
      )
  );
}

// z.infer<typeof presetSchema>
function isInferred(follower: Follower, { module, node }: Reference): boolean {
  const schema = /^z\.(?:infer|output)<\s*typeof (\w+)\s*>$/.exec(textOf(module, node))?.[1];
  const binding = schema ? lookup(module, schema, module.program) : undefined;
  if (!binding) return false;
  return follower.boundTo(module, binding).some(({ module: of, node: made }) => {
    if (made.type !== 'CallExpression') return false;
    return made.arguments.some(each => {
      if (each.type !== 'ObjectExpression') return false;
      const keys = each.properties.flatMap(property =>
        property.type === 'Property' && !/\.optional\(\)/.test(textOf(of, property.value))
          ? [plainKey(property.key, property.computed) ?? '']
          : [],
      );
      return keys.includes('id') && keys.some(key => follower.names.isCounter(key));
    });
  });
}

const namesCounter = (follower: Follower, text: string) =>
  [...text.matchAll(/['"](\w+)['"]/g)].some(([, name = '']) => follower.names.isCounter(name));
