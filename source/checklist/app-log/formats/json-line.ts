import { type Fields, isFields } from './fields.ts';

/** The fields of a line of JSON, even if it was cut; null if it is not JSON. */
export function parseJson(line: string): Fields | null {
  try {
    const value: unknown = JSON.parse(line);
    return isFields(value) ? value : null;
  } catch {
    return /^\s*\{\s*"/.test(line) ? looseFields(line) : null;
  }
}

const loose =
  /"(level|severity|error_severity|lvl|log\.level|time|timestamp|@timestamp|ts|msg|message|event_message|code)"\s*:\s*("(?:[^"\\]|\\.)*"|[\d.]+)/g;

/** The fields of truncated JSON. Docker cuts lines after 16 kB, and an error must not be lost with the rest. */
function looseFields(line: string): Fields | null {
  const fields: Fields = {};
  for (const [, name = '', value = ''] of line.slice(0, 65_536).matchAll(loose)) {
    fields[name] ??= value.startsWith('"') ? value.slice(1, -1) : Number(value);
  }
  return Object.keys(fields).length === 0 ? null : fields;
}
