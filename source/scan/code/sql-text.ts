import type { Node } from 'oxc-parser';
import { plainKey } from './follow/bindings.ts';
import { addendsOf } from './follow/concat-parts.ts';
import type { Follower } from './follow/follow.ts';
import { shapeOf } from './follow/shape.ts';
import type { Reference } from './parse/code-module.ts';
import { entities, lastName } from './query-target.ts';

/** SQL assembled from the pieces of an expression, and where each piece is in the file. */
export interface SqlText {
  text: string;
  pieces: { at: number; source: number }[];
}

/** The place in the file of an offset in the text; for a placeholder, the place of the expression it stands for. */
export function sourceOf({ pieces }: SqlText, offset: number): number {
  const piece = pieces.findLast(({ at }) => at <= offset);
  return piece ? piece.source + (offset - piece.at) : 0;
}

const deepest = 6;

/** Assembles the text of a literal, a template, a concatenation or a joined list; null for anything else. */
export function sqlText(follower: Follower, ref: Reference, values: readonly string[] = []): SqlText | null {
  const built: SqlText = { text: '', pieces: [] };
  return append(follower, ref, built, [...values], 0) ? built : null;
}

function append(follower: Follower, ref: Reference, to: SqlText, values: string[], depth: number): boolean {
  if (depth > deepest) return false;
  const { module, node } = ref;
  const piece = (text: string, source: number) => {
    to.pieces.push({ at: to.text.length, source });
    to.text += text;
  };
  const on = (next: Node) => append(follower, { module, node: next }, to, values, depth + 1);
  switch (node.type) {
    case 'Literal':
      if (typeof node.value !== 'string') return false;
      piece(node.value, node.start + 1);
      return true;
    case 'TaggedTemplateExpression':
      return on(node.quasi);
    case 'TemplateLiteral':
      for (const [index, { value, start }] of node.quasis.entries()) {
        const text = value.cooked ?? value.raw;
        piece(text, module.text.startsWith(value.raw, start) ? start : start + 1);
        const hole = node.expressions[index];
        if (hole) piece(fill(follower, { module, node: hole }, to.text, depth), hole.start);
      }
      return true;
    case 'BinaryExpression': {
      if (node.operator !== '+') return false;
      for (const each of addendsOf(node)) {
        if (!on(each)) piece(fill(follower, { module, node: each }, to.text, depth), each.start);
      }
      return true;
    }
    case 'CallExpression': {
      const { callee } = node;
      if (callee.type !== 'MemberExpression' || plainKey(callee.property, callee.computed) !== 'join')
        return false;
      if (callee.object.type !== 'ArrayExpression') return false;
      const [between = ','] = node.arguments.flatMap(each => follower.texts({ module, node: each }));
      for (const [index, element] of callee.object.elements.entries()) {
        if (index > 0) piece(between, node.start);
        if (element && !on(element))
          piece(fill(follower, { module, node: element }, to.text, depth), element.start);
      }
      return true;
    }
    default:
      return false;
  }
}

// After these words only a name may follow.
const beforeName = /(?:\b(?:update|only|into|from|join|table|truncate|function|on|trigger)\s+"?|[."])$/i;

/** What replaces an expression in the SQL: its text if it is constant, else a name or a parameter. */
function fill(follower: Follower, ref: Reference, before: string, depth: number): string {
  const { node } = ref;
  const [constant] = follower.texts(ref);
  const insideString = (before.split("'").length - 1) % 2 === 1;
  if (constant !== undefined) return constant;
  for (const { module: of, node: found } of follower.follow(ref)) {
    if (found.type === 'TaggedTemplateExpression') {
      const inner: SqlText = { text: '', pieces: [] };
      append(follower, { module: of, node: found }, inner, [], depth + 1);
      if (inner.text.trim() !== '') return inner.text;
    }
    if (found.type === 'CallExpression') {
      const [first] = found.arguments;
      const name = lastName(found.callee);
      // sql.raw('...'), sql.identifier('usage_count'), sql('usage_count'), sql(columns)
      const texts = first ? follower.texts({ module: of, node: first }) : [];
      if (
        texts[0] !== undefined &&
        /^(raw|unsafe|identifier|id|ref|table|column|sql|literal|name)$/.test(name)
      ) {
        return texts[0];
      }
      const keys = first
        ? shapeOf(follower, { module: of, node: first }, node).entries.map(({ key }) => key)
        : [];
      if (keys.length > 0 && /\bset\s*$/i.test(before))
        return keys.map(key => `${quoted(key)} = $1`).join(', ');
    }
  }
  if (insideString) return '';
  // postgres.js writes the columns and values of an object: insert into preset_usage ${sql(record)}
  if (/\binsert\s+into\s+[\w."]+\s*$/i.test(before)) return 'default values';
  const last = lastName(node);
  if (follower.names.isCounter(last)) return 'usage_count';
  const table = entities(follower, ref)[0]?.table;
  if (table === 'presets' && !/\bvalues\s*\(|=\s*$/i.test(before)) {
    return /\.\s*$/.test(before) || beforeName.test(before) ? 'presets' : '$1';
  }
  if (table === 'records' && beforeName.test(before)) return 'preset_usage';
  if (/presets?_?(table|name)?$/i.test(last) && beforeName.test(before)) return 'presets';
  return beforeName.test(before) ? 'scan_hole' : '$1';
}

const quoted = (name: string) => (/^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name}"`);

/**
 * Replaces the placeholders of drivers (`?`, `:id`, `@id`, `$<id>`, `$/id/`) with PostgreSQL's. Keeps the length of the text
 * if possible, so that offsets stay valid.
 */
export function withPlaceholders(text: string): string {
  return text
    .replace(
      /'(?:[^']|'')*'|\$[/<[({]\s*[\w.:]+\s*[/>\])}]|\?\?|\?(?![|&?])|(?<![:\w]):[A-Za-z_]\w*(?!:)|(?<![\w@<])@[A-Za-z_]\w*|%s|%L|%I/g,
      found => {
        if (found.startsWith("'")) return found;
        const name = found === '??' || found === '%I' ? 'n' : '$1';
        return name.padEnd(found.length).slice(0, Math.max(found.length, name.length));
      },
    )
    .replace(/\$(\d+):(name|raw|alias|csv|json|value)/g, (_, number: string, form: string) =>
      form === 'name' || form === 'alias' ? `n${number}` : `$${number}`,
    );
}
