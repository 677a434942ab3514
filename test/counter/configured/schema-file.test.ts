import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { schemaFiles } from '../../../scripts/schemas.ts';

test.each(Object.entries(schemaFiles))('docs/%s is of the file as it is read', (name, text) => {
  const path = new URL(`../../../docs/${name}`, import.meta.url);
  expect(JSON.parse(readFileSync(path, 'utf8')), 'Run npm run schema.').toEqual(JSON.parse(text));
});
