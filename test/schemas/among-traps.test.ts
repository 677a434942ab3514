import { describe, inject } from 'vitest';
import { scaled } from '../helpers/scale.ts';
import { setTraps } from '../helpers/traps.ts';
import { walk } from './every-schema.ts';
import { readSchemas } from './schema-file.ts';

// Here statements that read the tables run by the role's own path, because a domain may run code.
const few = ['keys-of-a-domain'];
// What these have fired or called runs with the path of whoever does it: a trap there is one of theirs.
const ownTraps = [
  'more-triggers',
  'overloaded-function',
  'prisma-names',
  'records-partitioned-by-time',
  'view-of-the-same-name',
];

const all = readSchemas().filter(({ name }) => !ownTraps.includes(name));
const walked = all.filter(({ name }) => scaled(few.includes(name) ? 1 : 0, 1) === 1);

describe.each(walked.map(file => [file.name, file] as const))('%s among traps', (_, file) =>
  walk(
    file,
    () => inject('serverUrl'),
    async own => (await setTraps(own)).url,
  ),
);
