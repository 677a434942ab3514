import { writeFileSync } from 'node:fs';
import { toJSONSchema } from 'zod/mini';
import { configSchema } from '../source/counter/configured/config-schema.ts';

/** The JSON schema of counters.json, as docs/counters.schema.json has it. */
export function schemaFile(): string {
  return `${JSON.stringify(toJSONSchema(configSchema, { io: 'input' }), null, 2)}\n`;
}

if (import.meta.main) writeFileSync(new URL('../docs/counters.schema.json', import.meta.url), schemaFile());
