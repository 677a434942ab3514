import type { Node } from 'oxc-parser';
import type { CountChange, WriteKind } from '../finding.ts';
import type { Follower } from './follow/follow.ts';
import type { CodeModule, Reference } from './parse/code-module.ts';

/** A write of the counter that was found in code. */
export interface WriteCandidate {
  module: CodeModule;
  /** The call, assignment or text that writes. */
  node: Node;
  /** Where to point. */
  offset: number;
  kind: WriteKind;
  how: CountChange;
  /** True where a new preset is inserted with it. */
  inserts: boolean;
  /** True where what is written was read before, by the application: uses at the same time overwrite each other. */
  readBefore: boolean;
  /** What it is called through, where the write itself is in a helper; or the function of the database. */
  through: string | null;
}

/** A helper that writes what it is given: whoever calls it with the counter writes the counter. */
export interface Helper {
  kind: WriteKind;
  /** Which parameters decide, as they are declared. Null where that is settled in the helper. */
  table: Reference | null;
  values: Reference | null;
  key: Reference | null;
}

/** What is known beyond the file: which functions of the database write the counter. */
export interface Known {
  follower: Follower;
  counts: (routine: string) => boolean;
}

export type Call = Extract<Node, { type: 'CallExpression' }>;

/** Points at the name of the method: of a chain over several lines that is the line that writes. */
export function offsetOf(call: Call): number {
  return call.callee.type === 'MemberExpression' ? call.callee.property.start : call.start;
}

/** What a file of code says. */
export interface CodeReading {
  found: WriteCandidate[];
  helpers: Helper[];
  /** Where records are inserted. */
  records: { module: CodeModule; node: Node }[];
}
