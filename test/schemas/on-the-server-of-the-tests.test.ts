import { inject } from 'vitest';
import { needsInstalled } from '../helpers/installed-server.ts';
import { everySchema } from './every-schema.ts';
import { walkedHere, walkedOnOlder } from './quick-schemas.ts';

everySchema(
  () => inject('serverUrl'),
  needsInstalled(15).skip ? [...walkedOnOlder, ...walkedHere] : walkedHere,
);
