import type { Node } from 'oxc-parser';
import type { CountChange, WriteKind } from '../finding.ts';
import type { Follower } from './follow/follow.ts';
import type { CodeModule, Reference } from './parse/code-module.ts';

/** A write of the counter, found in code. */
export interface WriteCandidate {
  module: CodeModule;
  /** The call, assignment or text that writes. */
  node: Node;
  /** Where to point. */
  offset: number;
  kind: WriteKind;
  how: CountChange;
  /** True if it inserts a new preset. */
  inserts: boolean;
  /** True if a new preset begins with the count of a row that was read, or with a number that is written out. */
  begins?: boolean;
  /** True if an ORM saves a row that it read, whose count is not changed. */
  saved?: boolean;
  /** True if the application read the value before: simultaneous uses overwrite each other. */
  readBefore: boolean;
  /** The helper or database function that contains the write; null if there is none. */
  through: string | null;
}

/** A helper that writes its argument: every call with the counter writes the counter. */
export interface Helper {
  kind: WriteKind;
  /** Which parameters decide, as they are declared. Null if the helper decides. */
  table: Reference | null;
  values: Reference | null;
  key: Reference | null;
  /** The object that has the table under the name that callers give: `schema` in `schema[table]`. */
  within?: Reference;
  /** What stands before and after the table's parameter in its name. */
  affixes?: readonly [string, string];
  /** The write itself, if it names the counter and callers only give the table. */
  at?: { module: CodeModule; node: Node; offset: number; readBefore: boolean };
  /** The function that callers call; by default that of the parameters. */
  owner?: Node | null;
  /** How it changes the count, if the helper says so itself. */
  how?: CountChange;
}

/** What is known beyond the file: which database functions write the counter. */
export interface Known {
  follower: Follower;
  counts: (routine: string) => boolean;
  /** Whether a database function is defined in the scanned files, and writes the counter. */
  defined: (routine: string) => boolean;
}

export type Call = Extract<Node, { type: 'CallExpression' }>;

/** Points at the name of the method: in a chain over several lines, that is the line that writes. */
export function offsetOf(call: Call): number {
  return call.callee.type === 'MemberExpression' ? call.callee.property.start : call.start;
}

/** What was found in a file of code. */
export interface CodeReading {
  found: WriteCandidate[];
  helpers: Helper[];
  /** Where records are inserted. */
  records: { module: CodeModule; node: Node }[];
}
