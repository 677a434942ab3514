import type { Node } from 'oxc-parser';
import { withNames } from '../../subject.ts';
import { plainKey } from '../follow/bindings.ts';
import type { Follower } from '../follow/follow.ts';
import type { CodeModule, Reference } from '../parse/code-module.ts';
import { subjectsOf } from '../query-target.ts';
import type { Call } from '../write-candidate.ts';

/** What a query for presets with their counts gives: the rows, a response that holds them, or one of both. */
export type RowResult = 'rows' | 'response' | 'either';

interface Step {
  method: string;
  given: Node[];
}

/** What a call reads if it reads whole presets, or at least their counts; null for any other call. */
export function queriedBy(follower: Follower, module: CodeModule, call: Call): RowResult | null {
  const raw = call.arguments.some(each => selectsRows(follower, { module, node: each }));
  if (raw) return 'either';
  const steps = stepsOf(call);
  const last = steps.at(-1)?.method ?? '';
  const [subject] = subjectsOf(follower, { module, node: call });
  if (subject?.table !== 'presets' || counting.test(last)) return null;
  const of = (method: RegExp) => steps.filter(step => method.test(step.method));
  const from = steps.findIndex(({ method }) => method === 'from');
  const picked = of(/^(select|selectDistinct|column|columns|first|returning|selectAll|returningAll)$/);
  const selected = picked.some(step => takesCount(follower, module, step));
  if (subject.by === 'model') {
    if (!reading.test(last) && of(reading).length === 0) return null;
    if (/^(find|filter|at)$/.test(last) && isCallback(call.arguments[0])) return null;
    if (picked.length > 0) return selected ? 'rows' : null;
    const options = of(reading).flatMap(({ given }) => given);
    return options.every(each => keepsCount(follower, { module, node: each })) ? 'rows' : null;
  }
  const supabase = subject.by === 'from' && steps.slice(from + 1).some(({ method }) => method === 'select');
  if (supabase) return selected ? 'response' : null;
  if (of(/^(insert|update|del|delete|upsert|increment|decrement|insertInto|updateTable)$/).length > 0) {
    return selected ? 'rows' : null;
  }
  if (of(/^(selectFrom)$/).length > 0 || picked.length > 0) return selected ? 'rows' : null;
  // knex: without a list of columns it reads all.
  return steps.length > 1 && subject.by === 'builder' ? 'rows' : null;
}

const counting =
  /^(count|countDistinct|sum|avg|min|max|pluck|aggregate|groupBy|exists|update|insert|upsert|delete|del|set|values)$/;
const reading =
  /^(find\w*|get(One|Many|ById|RawOne|RawMany|OneOrFail)?|load\w*|first\w*|query|create|save|upsert|fetch\w*|executeTakeFirst\w*|returning)$/;

const isCallback = (node: Node | undefined) =>
  node?.type === 'ArrowFunctionExpression' || node?.type === 'FunctionExpression';

/** The calls of a chain, in their order. */
function stepsOf(call: Call): Step[] {
  const steps: Step[] = [];
  for (let node: Node = call; ; ) {
    if (node.type === 'CallExpression') {
      const { callee } = node as Call;
      const given = node.arguments as Node[];
      if (callee.type === 'MemberExpression') {
        steps.push({ method: plainKey(callee.property, callee.computed) ?? '', given });
        node = callee.object as Node;
      } else {
        steps.push({ method: callee.type === 'Identifier' ? callee.name : '', given });
        return steps.reverse();
      }
    } else if (node.type === 'MemberExpression') node = node.object as Node;
    else if (node.type === 'AwaitExpression') node = node.argument;
    else if (node.type === 'ChainExpression' || node.type === 'TSNonNullExpression') node = node.expression;
    else return steps.reverse();
  }
}

/** Whether a list of columns has the counter: none, a star, its name, an object with its key. */
function takesCount(follower: Follower, module: CodeModule, { method, given }: Step): boolean {
  if (/All$/.test(method)) return true;
  if (given.length === 0) return true;
  return given.some(each => {
    const ref = { module, node: each };
    const texts = [
      ...follower.texts(ref),
      ...follower.elements({ module, node: each }).flatMap(element => follower.texts(element)),
      ...follower
        .follow(ref)
        .flatMap(list => follower.elements(list).flatMap(element => follower.texts(element))),
    ];
    if (texts.some(text => hasCount(follower, text))) return true;
    return follower.follow(ref).some(({ module: of, node }) => {
      if (node.type === 'CallExpression')
        return /getTableColumns|getColumns/.test(of.text.slice(node.start, node.end));
      return (
        node.type === 'ObjectExpression' &&
        node.properties.some(property =>
          property.type === 'SpreadElement'
            ? /getTableColumns|getColumns/.test(of.text.slice(property.start, property.end))
            : follower.names.isCounter(plainKey(property.key, property.computed) ?? ''),
        )
      );
    });
  });
}

/** Whether a list of columns, in PostgREST's or SQL's form, has the counter or is a star. */
function hasCount(follower: Follower, text: string): boolean {
  let plain = text;
  for (let before = ''; before !== plain; ) {
    before = plain;
    plain = plain.replace(/[\w!:."\s]*\([^()]*\)/g, '');
  }
  return plain.split(',').some(column => {
    const name = column.trim().replace(/^.*\./, '');
    return name === '*' || follower.names.isCounter(name.split(/\s+as\s+|:/i)[0]?.trim() ?? '');
  });
}

/** Whether the options of an ORM keep the counter: no `select`, `columns`, `attributes` or `omit` that leaves it out. */
function keepsCount(follower: Follower, ref: Reference): boolean {
  return ['select', 'columns', 'attributes', 'fields', 'omit', 'exclude'].every(option => {
    const held = follower.follow(ref).flatMap(each => follower.member(each, option));
    if (held.length === 0) return true;
    return held.some(({ module, node }) => {
      const text = module.text.slice(node.start, node.end);
      const named = [...text.matchAll(/(\w+)/g)].some(([, name = '']) => follower.names.isCounter(name));
      const leaves = option === 'omit' || option === 'exclude' || /\bexclude\b|:\s*false/.test(text);
      return leaves ? !named : named;
    });
  });
}

/** Whether a text of SQL reads whole presets. */
export function selectsRows(follower: Follower, { module, node }: Reference): boolean {
  const texts =
    node.type === 'TaggedTemplateExpression' || node.type === 'TemplateLiteral'
      ? [module.text.slice(node.start, node.end).replace(/^[^`]*`|`$/g, '')]
      : node.type === 'Literal' || node.type === 'Identifier' || node.type === 'MemberExpression'
        ? follower.texts({ module, node })
        : [];
  return texts.some(text => {
    const columns = selected().exec(text)?.[1] ?? returned().exec(text)?.[1];
    return columns !== undefined && hasCount(follower, columns.replace(/"/g, ''));
  });
}

const selected = withNames(
  ({ table }) =>
    new RegExp(
      `^\\s*select\\s+(?:distinct\\s+)?([\\s\\S]*?)\\s+from\\s+(?:"?\\w+"?\\.)?"?${table}"?\\b`,
      'i',
    ),
);
const returned = withNames(
  ({ table }) =>
    new RegExp(
      `^\\s*(?:update|insert\\s+into)\\s+(?:"?\\w+"?\\.)?"?${table}"?\\b[\\s\\S]*\\breturning\\s+([^;]*)`,
      'i',
    ),
);
