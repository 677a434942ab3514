import type { Node } from 'oxc-parser';
import { isTrack } from '../names.ts';
import { withNames } from '../subject.ts';
import { howOfEntry } from './count-change.ts';
import { counterIn } from './counter-values.ts';
import { isAboutAnother } from './elsewhere/other-subject.ts';
import { plainKey } from './follow/bindings.ts';
import type { Follower } from './follow/follow.ts';
import { parameterIn } from './follow/parameters.ts';
import { shapeOf } from './follow/shape.ts';
import type { CodeModule, Reference } from './parse/code-module.ts';
import { lastName } from './query-target.ts';
import type { Call, CodeReading, Known } from './write-candidate.ts';

/**
 * Reads a request to PostgREST, which Supabase serves under `/rest/v1`: a PATCH of presets, a POST that merges duplicates, or
 * a function call. True if the call is such a request, whether it writes the counter or not.
 */
export function readRequest(module: CodeModule, call: Call, known: Known, reading: CodeReading): boolean {
  const { follower } = known;
  const given = call.arguments.flatMap(partsOf).map(node => ({ module, node }));
  const address = given.flatMap(each => addresses(follower, each)).find(isPostgrest);
  if (address === undefined) return readTemplate(module, call, given, follower, reading);
  const routine = /\/rpc\/([A-Za-z0-9_]+)/.exec(address)?.[1];
  const found = {
    module,
    node: call as Node,
    offset: call.start,
    inserts: false,
    through: null,
  };
  if (routine !== undefined) {
    if (isTrack(routine)) reading.records.push({ module, node: call });
    const bodies = given.flatMap(each => bodiesOf(follower, each));
    const another = !known.defined(routine) && isAboutAnother(follower, routine, bodies);
    if (known.counts(routine) && !another) {
      reading.found.push({ ...found, kind: 'rpc', how: 'adds', readBefore: false, through: routine });
    }
    return true;
  }
  const text = module.text.slice(call.start, call.end);
  const method = lastName(call.callee);
  const patches = /^(patch|put)$/i.test(method) || /['"`](PATCH|PUT)['"`]/i.test(text);
  const posts = /^post$/i.test(method) || /['"`]POST['"`]/i.test(text);
  if (ofRecords().test(address)) {
    if (posts) reading.records.push({ module, node: call });
    return true;
  }
  if (!patches && !(posts && /merge-duplicates/.test(text))) return true;
  const said = given.map(each => counterIn(follower, each, call, true));
  const [entry] = said.flatMap(({ entries }) => entries);
  if (entry) {
    const how = howOfEntry(follower, entry);
    reading.found.push({
      ...found,
      kind: 'postgrest',
      how,
      readBefore: how === 'adds' || how === 'subtracts',
    });
    return true;
  }
  for (const values of said.flatMap(({ parameters }) => parameters)) {
    reading.helpers.push({ kind: 'postgrest', table: null, values, key: null });
  }
  return true;
}

// `fetch(new Request(url, { method: 'PATCH', body }))`
const partsOf = (node: Node): Node[] =>
  node.type === 'NewExpression' && lastName(node.callee) === 'Request' ? node.arguments : [node];

/** A request for a table that a parameter names: `fetch(`${base}/rest/v1/${table}?id=eq.${id}`, { method: 'PATCH' })`. */
function readTemplate(
  module: CodeModule,
  call: Call,
  given: readonly Reference[],
  follower: Follower,
  reading: CodeReading,
): boolean {
  const table = given.flatMap(each => tableIn(follower, each))[0];
  const text = module.text.slice(call.start, call.end);
  const patches = /^(patch|put)$/i.test(lastName(call.callee)) || /['"`](PATCH|PUT)['"`]/i.test(text);
  if (!table || !patches) return false;
  const said = given.map(each => counterIn(follower, each, call, true));
  const [entry] = said.flatMap(({ entries }) => entries);
  const [values = null] = said.flatMap(({ parameters }) => parameters);
  if (entry) {
    const how = howOfEntry(follower, entry);
    const at = { module, node: call, offset: call.start, readBefore: how === 'adds' || how === 'subtracts' };
    reading.helpers.push({ kind: 'postgrest', table, values: null, key: null, how, at });
  } else if (values) reading.helpers.push({ kind: 'postgrest', table, values, key: null });
  return true;
}

function tableIn(follower: Follower, ref: Reference): Reference[] {
  return follower.follow(ref).flatMap(({ module, node }) => {
    if (node.type === 'NewExpression' && node.arguments[0])
      return tableIn(follower, { module, node: node.arguments[0] });
    if (node.type !== 'TemplateLiteral') return [];
    const at = node.quasis.findIndex(({ value }) => /\/rest\/v1\/$/.test(value.cooked ?? ''));
    const hole = at === -1 ? undefined : node.expressions[at];
    return hole ? [parameterIn(follower, { module, node: hole })].filter(each => each !== null) : [];
  });
}

// `fetch(url, { body: JSON.stringify({ p_id: id }) })`, `axios.post(url, { p_id: id })`
function bodiesOf(follower: Follower, ref: Reference): Reference[] {
  const held = shapeOf(follower, ref).entries.filter(({ key }) => /^(body|data|json|payload)$/.test(key));
  return held.length === 0 ? [ref] : held.flatMap(({ value }) => value ?? []);
}

const isPostgrest = (address: string) =>
  asked().test(address) || filtered().test(address) || /\/rpc\/\w*usage/.test(address);

const ofRecords = withNames(({ records }) => new RegExp(`\\/${records}\\b`));
const asked = withNames(
  ({ table, records }) => new RegExp(`\\/rest\\/v1\\/(${table}|${records}|rpc\\/\\w+)\\b`),
);
const filtered = withNames(
  ({ table, records }) => new RegExp(`\\/(${table}|${records})\\?[\\w.]+=(eq|in|is)\\.`),
);

/** The target of a request according to an argument: its text without the parts that are not constant. */
function addresses(follower: Follower, ref: Reference, depth = 0): string[] {
  if (depth > 4) return [];
  return follower.follow(ref).flatMap(({ module, node }): string[] => {
    const on = (next: Node) => addresses(follower, { module, node: next }, depth + 1);
    switch (node.type) {
      case 'Literal':
        return typeof node.value === 'string' ? [node.value] : [];
      case 'TemplateLiteral': {
        const parts = node.expressions.map(each => on(each)[0] ?? '');
        return [node.quasis.map(({ value }, at) => (value.cooked ?? '') + (parts[at] ?? '')).join('')];
      }
      case 'BinaryExpression':
        return [`${on(node.left)[0] ?? ''}${on(node.right)[0] ?? ''}`];
      case 'NewExpression':
        return node.arguments.slice(0, 1).flatMap(on);
      case 'ObjectExpression':
        return node.properties.flatMap(property =>
          property.type === 'Property' &&
          /^(url|uri|path|baseURL)$/.test(plainKey(property.key, property.computed) ?? '')
            ? on(property.value)
            : [],
        );
      default:
        return [];
    }
  });
}
