import type { Node } from 'oxc-parser';
import type { Follower } from './follow/follow.ts';
import { type ShapeEntry, shapeOf, type ValueShape } from './follow/shape.ts';
import type { Reference } from './parse/code-module.ts';

/** What an argument sets the counter to, or which parameters decide that. */
export interface CounterValue {
  entries: ShapeEntry[];
  parameters: Reference[];
  keys: Reference[];
}

// ORMs and HTTP clients put what is written under these keys, next to conditions and options, which are not written.
const holders: ReadonlySet<string> = new Set([
  'data',
  'update',
  'set',
  '$set',
  'body',
  'json',
  'values',
  'changes',
]);

/** The counter among the properties of an argument; with `nested` also under `data`, `set`, `body` and similar keys. */
export function counterIn(
  follower: Follower,
  ref: Reference,
  use: Node,
  nested: boolean,
  depth = 0,
): CounterValue {
  return ofShape(follower, shapeOf(follower, ref, use), use, nested, depth);
}

function ofShape(
  follower: Follower,
  shape: ValueShape,
  use: Node,
  nested: boolean,
  depth: number,
): CounterValue {
  const said: CounterValue = {
    entries: shape.entries.filter(({ key }) => follower.names.isCounter(key)),
    parameters: [...shape.parameters],
    keys: [...shape.keys],
  };
  if (!nested || depth > 3) return said;
  for (const { key, value } of shape.entries) {
    if (!value || !holders.has(key)) continue;
    const inner = counterIn(follower, value, use, true, depth + 1);
    said.entries.push(...inner.entries);
    said.parameters.push(...inner.parameters);
    said.keys.push(...inner.keys);
  }
  return said;
}

const passing: ReadonlySet<string> = new Set(['data', 'create', 'update']);

/** The counter of presets written through another model: `data: { preset: { update: { usageCount: ... } } }`. */
export function counterOfRelated(follower: Follower, ref: Reference, use: Node, depth = 0): ShapeEntry[] {
  if (depth > 6) return [];
  return shapeOf(follower, ref, use).entries.flatMap(({ key, value }): ShapeEntry[] => {
    if (!value) return [];
    if (follower.names.isPresets(key)) {
      return shapeOf(follower, value, use).entries.flatMap(({ key: verb, value: what }) =>
        what && /^(update|updateMany|upsert)$/.test(verb) ? counterIn(follower, what, use, true).entries : [],
      );
    }
    return passing.has(key) ? counterOfRelated(follower, value, use, depth + 1) : [];
  });
}
