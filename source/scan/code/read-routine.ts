import { isTrack } from '../names.ts';
import { names } from '../subject.ts';
import { isAboutAnother } from './elsewhere/other-subject.ts';
import type { Follower } from './follow/follow.ts';
import type { CodeModule, Reference } from './parse/code-module.ts';
import { type Call, type CodeReading, type Known, offsetOf } from './write-candidate.ts';

/** Reads a call of a database function: `rpc('increment_post_views', ...)`. */
export function readCodeRoutine(
  module: CodeModule,
  call: Call,
  { follower, counts, defined }: Known,
  reading: CodeReading,
): void {
  const [first, second] = call.arguments;
  if (!first) return;
  const names = follower.texts({ module, node: first });
  if (names.some(isTrack)) reading.records.push({ module, node: call });
  const routine =
    names.find(counts) ?? (second && namesCounter(follower, { module, node: second }) ? names[0] : undefined);
  if (routine === undefined) {
    const parameter = follower.follow({ module, node: first }).find(({ node }) => node.type === 'Identifier');
    if (parameter) reading.helpers.push({ kind: 'rpc', table: null, values: null, key: parameter });
    return;
  }
  if (second && !defined(routine) && isAboutAnother(follower, routine, [{ module, node: second }])) return;
  reading.found.push({
    module,
    node: call,
    offset: offsetOf(call),
    kind: 'rpc',
    how: /^(dec|sub|lower)/.test(routine) ? 'subtracts' : 'adds',
    inserts: false,
    readBefore: false,
    through: routine,
  });
}

// `rpc('increment', { table_name: 'posts', column_name: 'views' })`
function namesCounter(follower: Follower, ref: Reference): boolean {
  return follower
    .follow(ref)
    .some(
      ({ module, node }) =>
        node.type === 'ObjectExpression' &&
        node.properties.some(
          property =>
            property.type === 'Property' &&
            follower.texts({ module, node: property.value }).some(name => follower.names.isCounter(name)),
        ) &&
        !node.properties.some(
          property =>
            property.type === 'Property' &&
            follower
              .texts({ module, node: property.value })
              .some(text => /^[a-z_]+s$/.test(text) && text !== names().table),
        ),
    );
}
