import type { Node } from 'oxc-parser';
import { names, withNames as withSubject } from '../subject.ts';
import { plainKey } from './follow/bindings.ts';
import { addendsOf } from './follow/concat-parts.ts';
import type { Follower } from './follow/follow.ts';
import { parameterIn } from './follow/parameters.ts';
import { shapeOf } from './follow/shape.ts';
import type { Reference } from './parse/code-module.ts';
import { entities, lastName } from './query-target.ts';

/** SQL assembled from the pieces of an expression, and where each piece is in the file. */
export interface SqlText {
  text: string;
  pieces: { at: number; source: number }[];
  /** What stands for a parameter, and the parameter: callers decide what it is. */
  holes: { at: number; parameter: Reference }[];
}

/** The place in the file of an offset in the text; for a placeholder, the place of the expression it stands for. */
export function sourceOf({ pieces }: SqlText, offset: number): number {
  const piece = pieces.findLast(({ at }) => at <= offset);
  return piece ? piece.source + (offset - piece.at) : 0;
}

const deepest = 6;

/** Assembles the text of a literal, a template, a concatenation or a joined list; null for anything else. */
export function sqlText(follower: Follower, ref: Reference, values: readonly string[] = []): SqlText | null {
  const built: SqlText = { text: '', pieces: [], holes: [] };
  return append(follower, ref, built, [...values], 0) ? withNames(follower, ref, built) : null;
}

function append(follower: Follower, ref: Reference, to: SqlText, values: string[], depth: number): boolean {
  if (depth > deepest) return false;
  const { module, node } = ref;
  const piece = (text: string, source: number) => {
    to.pieces.push({ at: to.text.length, source });
    to.text += text;
  };
  const open = (hole: Node) => {
    const { text, parameter } = fill(follower, { module, node: hole }, to.text, depth);
    if (parameter) to.holes.push({ at: to.text.length, parameter });
    piece(text, hole.start);
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
        if (hole) open(hole);
      }
      return true;
    case 'BinaryExpression': {
      if (node.operator !== '+') return false;
      for (const each of addendsOf(node)) {
        if (!on(each)) open(each);
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
        if (element && !on(element)) open(element);
      }
      return true;
    }
    default:
      return false;
  }
}

// After these words only a name may follow.
const beforeName = /(?:\b(?:update|only|into|from|join|table|truncate|function|on|trigger)\s+"?|\.\s*|")$/i;

/** What replaces an expression in the SQL, and the parameter of a function that it is. */
function fill(
  follower: Follower,
  ref: Reference,
  before: string,
  depth: number,
): { text: string; parameter: Reference | null } {
  const text = textFor(follower, ref, before, depth);
  const parameter = text === 'scan_hole' || text === '$1' ? parameterIn(follower, nameIn(ref)) : null;
  return { text, parameter };
}

// sql(table), sql.identifier([table]), pgp.as.name(table)
function nameIn({ module, node }: Reference): Reference {
  const [first] = node.type === 'CallExpression' ? node.arguments : [];
  if (!first || node.type !== 'CallExpression' || !naming.test(lastName(node.callee)))
    return { module, node };
  const only = first.type === 'ArrayExpression' ? first.elements.at(-1) : first;
  return { module, node: only ?? node };
}

const naming =
  /^(raw|unsafe|identifier|id|ident|ref|table|column|sql|literal|name|escapeIdentifier|escapeId|quoteIdent|quote)$/;

/** Its text if it is constant, preferably one that names the counter's table; else a name or a parameter. */
function textFor(follower: Follower, ref: Reference, before: string, depth: number): string {
  const { node } = ref;
  const texts = follower.texts(ref);
  const constant = texts.find(text => follower.names.isPresets(text)) ?? texts[0];
  const insideString = (before.split("'").length - 1) % 2 === 1;
  if (constant !== undefined) return constant;
  for (const { module: of, node: found } of follower.follow(ref)) {
    if (found.type === 'TaggedTemplateExpression') {
      const inner: SqlText = { text: '', pieces: [], holes: [] };
      append(follower, { module: of, node: found }, inner, [], depth + 1);
      if (inner.text.trim() !== '') return inner.text;
    }
    if (found.type === 'CallExpression') {
      const [first] = found.arguments;
      if (!first) continue;
      const name = lastName(found.callee);
      // sql.raw('...'), sql.identifier('views'), sql('views'), sql(columns)
      const named = follower.texts(nameIn({ module: of, node: found }));
      if (named[0] !== undefined && naming.test(name)) {
        return named.find(text => follower.names.isPresets(text)) ?? named[0];
      }
      const keys = shapeOf(follower, { module: of, node: first }, node).entries.map(({ key }) => key);
      if (keys.length > 0 && /\bset\s*$/i.test(before))
        return keys.map(key => `${quoted(key)} = $1`).join(', ');
    }
  }
  if (/\bset\s*$/i.test(before)) {
    const columns = columnsOf(follower, ref);
    if (columns.length > 0) return columns.map(key => `${quoted(key)} = $1`).join(', ');
  }
  if (insideString) return '';
  // postgres.js writes the columns and values of an object: insert into post_views ${sql(record)}
  if (/\binsert\s+into\s+[\w."]+\s*$/i.test(before)) return 'default values';
  const last = lastName(node);
  if (follower.names.isCounter(last)) return names().column;
  const table = entities(follower, ref)[0]?.table;
  if (table === 'presets' && beforeName.test(before)) return names().table;
  if (table === 'records' && beforeName.test(before)) return names().records ?? 'scan_hole';
  if (tableHeld().test(last) && beforeName.test(before)) return names().table;
  return beforeName.test(before) ? 'scan_hole' : '$1';
}

/**
 * Fills in the names that a call gives beside its text: `format('UPDATE %I ...', table)`, `raw('UPDATE ?? ...', [table])`.
 * Values stay as they are.
 */
function withNames(follower: Follower, { module, node }: Reference, built: SqlText): SqlText {
  const call = node.parent;
  if (call?.type !== 'CallExpression' || call.arguments[0] !== (node as unknown)) return built;
  const [, ...rest] = call.arguments;
  const formats = /^(format|sprintf|printf)$/.test(lastName(call.callee));
  const [list] = rest;
  const given: (Node | null)[] = formats ? rest : list?.type === 'ArrayExpression' ? list.elements : [];
  if (given.length === 0 || !/%I|%s|\?\?/.test(built.text)) return built;
  const filled: SqlText = { text: '', pieces: [], holes: built.holes };
  let index = 0;
  let end = 0;
  const keep = (to: number) => {
    filled.pieces.push({ at: filled.text.length, source: sourceOf(built, end) });
    for (const each of built.pieces.filter(({ at }) => at > end && at < to)) {
      filled.pieces.push({ at: filled.text.length + each.at - end, source: each.source });
    }
    filled.text += built.text.slice(end, to);
    end = to;
  };
  for (const { 0: mark, index: at } of built.text.matchAll(formats ? /%[IsL]/g : /\?\??/g)) {
    const name = given[index++];
    if (!name || !/^(%I|%s|\?\?)$/.test(mark)) continue;
    keep(at);
    const { text, parameter } = fill(follower, { module, node: name }, filled.text, 0);
    if (parameter) filled.holes.push({ at: filled.text.length, parameter });
    filled.pieces.push({ at: filled.text.length, source: name.start });
    filled.text += text;
    end = at + mark.length;
  }
  keep(built.text.length);
  return filled;
}

// `SET ${Object.keys(row).map((column, at) => `${column} = $${at + 1}`).join(', ')}`
function columnsOf(follower: Follower, ref: Reference): string[] {
  return follower.follow(ref).flatMap(({ module, node }) => {
    let inner: Node = node;
    while (inner.type === 'CallExpression' && inner.callee.type === 'MemberExpression') {
      const method = lastName(inner.callee);
      const [first] = inner.arguments;
      if (/^(keys|entries)$/.test(method) && first) {
        return shapeOf(follower, { module, node: first }, node).entries.map(({ key }) => key);
      }
      if (!/^(map|join|filter|sort|slice)$/.test(method)) return [];
      const narrows =
        method === 'filter' &&
        first &&
        /usage_?count|includes|\.has\(/i.test(module.text.slice(first.start, first.end));
      if (narrows) return [];
      const [next] = follower.follow({ module, node: inner.callee.object as Node });
      inner = next?.module === module ? next.node : (inner.callee.object as Node);
    }
    return [];
  });
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

const tableHeld = withSubject(({ tables }) => new RegExp(`${tables}(?:_?(?:table|name))*$`, 'i'));
