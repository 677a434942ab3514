import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { schemaFile } from '../../../scripts/counters-schema.ts';

test('docs/counters.schema.json is of the configuration as it is read', () => {
  const path = new URL('../../../docs/counters.schema.json', import.meta.url);
  expect(JSON.parse(readFileSync(path, 'utf8')), 'Run npm run schema.').toEqual(JSON.parse(schemaFile()));
});
