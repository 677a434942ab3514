import type { Node } from 'oxc-parser';
import { names } from '../subject.ts';
import { howOf } from './count-change.ts';
import type { Follower } from './follow/follow.ts';
import { outermostFunction } from './follow/lookup.ts';
import type { CodeModule } from './parse/code-module.ts';
import { subjectsOf } from './query-target.ts';
import type { Call, CodeReading } from './write-candidate.ts';

/** MikroORM writes changed objects when `flush` is called. */
export function readFlush(module: CodeModule, call: Call, follower: Follower, reading: CodeReading): void {
  const around = outermostFunction(call);
  const { column } = names();
  const camel = column.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
  for (const name of new Set([camel, column])) {
    for (const named of module.identifiers.get(name) ?? []) {
      const member = (named as Node).parent;
      if (member?.type !== 'MemberExpression' || (member.property as Node) !== (named as Node)) continue;
      const action = member.parent;
      const changes =
        (action?.type === 'AssignmentExpression' && (action.left as Node) === member) ||
        action?.type === 'UpdateExpression';
      if (!changes || outermostFunction(named) !== around || action.start > call.start) continue;
      const subjects = subjectsOf(follower, { module, node: member.object as Node });
      if (!subjects.some(({ table }) => table === 'presets')) continue;
      const value = action.type === 'AssignmentExpression' && action.operator === '=' ? action.right : action;
      const how = howOf(follower, { module, node: value });
      reading.found.push({
        module,
        node: action,
        offset: action.start,
        kind: 'orm',
        how,
        inserts: false,
        readBefore: how === 'adds' || how === 'subtracts',
        through: null,
      });
    }
  }
}
