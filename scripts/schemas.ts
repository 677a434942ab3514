import { writeFileSync } from 'node:fs';
import { toJSONSchema } from 'zod/mini';
import { contextsSchema } from '../source/config/contexts/context-schema.ts';
import { configSchema } from '../source/counter/configured/config-schema.ts';

/** The JSON schema of each file of settings, by its name in docs/. */
export const schemaFiles: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries({
    'counters.schema.json': configSchema,
    'config.schema.json': contextsSchema,
  }).map(([name, schema]) => [name, `${JSON.stringify(toJSONSchema(schema, { io: 'input' }), null, 2)}\n`]),
);

if (import.meta.main)
  for (const [name, text] of Object.entries(schemaFiles))
    writeFileSync(new URL(`../docs/${name}`, import.meta.url), text);
