import { inject } from 'vitest';
import { needsInstalled } from '../helpers/installed-server.ts';
import { everySchema } from './every-schema.ts';
import { readSchemas } from './schema-file.ts';
import { walkedOnOlder } from './walked-on-older.ts';

const older = needsInstalled(15).skip ? [] : walkedOnOlder;
const quick = readSchemas()
  .map(({ name }) => name)
  .filter(name => !older.includes(name));

everySchema(() => inject('serverUrl'), quick);
