import type { Node } from 'oxc-parser';
import type { CountChange } from '../finding.ts';
import { withNames } from '../subject.ts';
import { plainKey } from './follow/bindings.ts';
import type { Follower } from './follow/follow.ts';
import { outermostFunction, returnsOf } from './follow/lookup.ts';
import type { ShapeEntry } from './follow/shape.ts';
import type { Reference } from './parse/code-module.ts';
import { isFunction } from './parse/parse-code.ts';
import { lastName } from './query-target.ts';

const deepest = 6;

/** How a value changes the count: adds, subtracts, sets it to 0, to the number of records, or to something else. */
export function howOf(follower: Follower, value: Reference | null): CountChange {
  if (!value) return 'adds';
  const found = judge(follower, value, 0);
  const order: CountChange[] = ['adds', 'subtracts', 'recounts', 'sets', 'zero'];
  const how = order.find(each => found.includes(each)) ?? 'sets';
  return how === 'sets' && readsRecords(follower, value) ? 'recounts' : how;
}

/** How a property changes the count; a row that is written back sets it to what was read. */
export function howOfEntry(follower: Follower, { value, whole }: ShapeEntry): CountChange {
  return whole ? 'sets' : howOf(follower, value);
}

function judge(follower: Follower, ref: Reference, depth: number): CountChange[] {
  if (depth > deepest) return ['sets'];
  return follower.follow(ref).flatMap(({ module, node }) => {
    const on = (next: Node) => judge(follower, { module, node: next }, depth + 1);
    switch (node.type) {
      case 'Literal':
        return [
          typeof node.value === 'string'
            ? ofText(node.value)
            : node.value === 0 || node.value === null
              ? 'zero'
              : 'sets',
        ];
      case 'UpdateExpression':
        return [node.operator === '++' ? 'adds' : 'subtracts'];
      case 'AssignmentExpression':
        return [node.operator === '-=' ? 'subtracts' : node.operator === '+=' ? 'adds' : 'sets'];
      case 'BinaryExpression':
        return [node.operator === '+' ? 'adds' : node.operator === '-' ? 'subtracts' : 'sets'];
      case 'TemplateLiteral':
        return [ofText(module.text.slice(node.start, node.end))];
      case 'TaggedTemplateExpression':
        return [ofText(module.text.slice(node.quasi.start, node.quasi.end))];
      case 'ArrowFunctionExpression':
      case 'FunctionExpression':
        return isFunction(node) ? returnsOf(node).flatMap(on) : ['sets'];
      case 'ObjectExpression':
        return node.properties.flatMap((property): CountChange[] => {
          if (property.type === 'SpreadElement') return [];
          const key = plainKey(property.key, property.computed);
          if (key === 'increment') return ['adds'];
          if (key === 'decrement') return ['subtracts'];
          return key === 'set' ? on(property.value) : ['sets'];
        });
      case 'CallExpression': {
        const texts = node.arguments.flatMap(each => follower.texts({ module, node: each }));
        if (texts.includes('+')) return ['adds'];
        if (texts.includes('-')) return ['subtracts'];
        if (/^(raw|literal|unsafe|sql|query)$/.test(lastName(node.callee))) return texts.map(ofText);
        // Math.max(0, count - 1), Number(count) and similar calls
        const inner = node.arguments.flatMap(on);
        return inner.filter(how => how === 'adds' || how === 'subtracts');
      }
      default:
        return ['sets'];
    }
  });
}

/** How a standalone SQL expression changes the count: `views + 1`. */
export function ofText(text: string): CountChange {
  if (/\bcount\s*\(/i.test(text)) return 'recounts';
  if (addition.test(text)) return 'adds';
  return subtraction.test(text) ? 'subtracts' : /^\W*0\W*$/.test(text) ? 'zero' : 'sets';
}

// Whatever is added: a number, a placeholder of any driver, a column or an expression. `->` takes from JSON.
const addition = /[\w"')\]}?:]\s*\+\s*[\w"'($:?@%{]/;
const subtraction = /[\w"')\]}?:]\s*-(?!>)\s*[\w"'($:?@%{]/;

// Either the function that sets the count reads the number of records, or a query that names the records returns it.
function readsRecords(follower: Follower, { module, node }: Reference): boolean {
  const own = module.text.slice(node.start, node.end);
  if (
    countNamed().test(own) &&
    !/actual|real|correct/i.test(own) &&
    follower.names.isCounter(own.split(/[.?\s[(]+/).at(-1) ?? '')
  )
    return false;
  const around = outermostFunction(node) ?? module.program;
  const text = module.text.slice(around.start, around.end);
  return (
    recordsNamed().test(text) &&
    countsRows().test(text) &&
    (/count|total|length|uses|records|size|n\b/i.test(own) || /\.get\(|\[/.test(own))
  );
}

const countNamed = withNames(({ column }) => new RegExp(column, 'i'));
const countsRows = withNames(
  ({ reference }) =>
    new RegExp(
      `count\\s*:\\s*['"]exact|\\.count\\(|count\\(|\\.groupBy\\(|\\.aggregate\\(|_count\\b|\\.length\\b|\\.reduce\\(|\\.select\\(['"\`](${reference}|id|\\*)`,
      'i',
    ),
);
const recordsNamed = withNames(({ records }) => new RegExp(`${records}(?!_?count)`, 'i'));
