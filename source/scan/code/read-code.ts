import type { Node } from 'oxc-parser';
import { isWayBackCode } from './down-migration.ts';
import { functionAround, nameOfFunction, outermostFunction } from './follow/lookup.ts';
import { parameterOf } from './follow/parameters.ts';
import type { Project } from './follow/project.ts';
import type { CodeModule } from './parse/code-module.ts';
import { isFunction } from './parse/parse-code.ts';
import { readCalls } from './read-calls.ts';
import { readHelperCalls } from './read-helpers.ts';
import {
  type CodeReading,
  type Helper,
  type Known,
  offsetOf,
  type WriteCandidate,
} from './write-candidate.ts';

/** A place in code where a record is inserted. */
interface RecordPlace {
  module: CodeModule;
  node: Node;
}

/** What the code of a directory does by calls. SQL is read separately. */
interface CodeFindings {
  found: WriteCandidate[];
  records: RecordPlace[];
}

/**
 * Reads files of code together, because a write may be in one file and its value in another. `calling` parses those of other files
 * that may call a helper of one of these names; each file is needed once.
 */
export function readCode(
  modules: readonly CodeModule[],
  known: Known,
  project: Project,
  calling: (names: readonly string[]) => CodeModule[] = () => [],
): CodeFindings {
  const readings = new Map<CodeModule, CodeReading>();
  const read = (module: CodeModule) => {
    let reading = readings.get(module);
    if (!reading) {
      const nothing: CodeReading = { found: [], helpers: [], records: [] };
      reading = project.read(module, () => readCalls(module, known), nothing);
      readings.set(module, reading);
    }
    return reading;
  };
  for (const module of modules) read(module);
  // A call of a helper need not name the counter itself: `bump('presets', id)`.
  const helpers = [...readings.values()].flatMap(reading => reading.helpers.flatMap(namesOf));
  for (const module of project.naming(new Set(helpers))) read(module);
  const direct = [...readings.values()].flatMap(({ found }) => found);
  const through = readHelperCalls(readings, known, read, calling);
  const all = [...readings.values()];
  return {
    found: [...direct, ...through].filter(({ node }) => !isWayBackCode(node)),
    records: all.flatMap(({ records }) => records),
  };
}

function namesOf({ table, values, key, owner: method }: Helper): string[] {
  const parameter = table ?? key ?? values;
  const owner = method ?? (parameter && (parameterOf(parameter)?.owner ?? functionAround(parameter.node)));
  const name = owner && isFunction(owner) ? nameOfFunction(owner) : null;
  return name === null ? [] : [name];
}

/**
 * Where the handler around a write also inserts a record, itself or in a function that it calls: the offset in the same file;
 * null if it does not.
 */
export function recordBeside(
  { module, node }: { module: CodeModule; node: Node },
  records: readonly RecordPlace[],
  { follower }: Project,
): number | null {
  const handler = outermostFunction(node);
  if (!handler) return null;
  const inside = (of: CodeModule, outer: Node) =>
    records.find(
      record => record.module === of && record.node.start >= outer.start && record.node.end <= outer.end,
    );
  const own = inside(module, handler);
  if (own) return own.node.type === 'CallExpression' ? offsetOf(own.node) : own.node.start;
  for (const call of module.calls) {
    if (call.start < handler.start || call.end > handler.end || call === node) continue;
    for (const { module: of, node: called } of follower.callees({ module, node: call.callee })) {
      if (isFunction(called) && called !== handler && inside(of, called)) return call.start;
    }
  }
  return null;
}
