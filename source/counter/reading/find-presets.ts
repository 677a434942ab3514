import type { Reader } from '../../connection/transactions.ts';
import { ConsoleError, exitCodes } from '../../errors/errors.ts';
import type { Tables } from '../discovery/tables.ts';

/**
 * The ids of the presets that `wanted` lists by id or name; a name that several presets share selects them all. An empty text
 * is only an id: it may come from an unset variable, and many presets may have no name. Rejects with exit code 3 if one
 * matches nothing.
 */
export async function findPresets(
  reader: Reader,
  { definition, presets, path }: Tables,
  wanted: readonly string[],
): Promise<string[]> {
  const rows = (await reader.rows(
    `SELECT w.value AS wanted, p.${presets.key}::pg_catalog.text AS id
       FROM pg_catalog.json_array_elements_text($1::pg_catalog.text::pg_catalog.json) w
       JOIN ${presets.rows} p ON (p.${presets.key}::pg_catalog.text OPERATOR(pg_catalog.=) w.value OR w.value OPERATOR(pg_catalog.<>) '' AND p.${presets.label}::pg_catalog.text OPERATOR(pg_catalog.=) w.value) AND p.${presets.key} IS NOT NULL`,
    [JSON.stringify(wanted)],
    path,
  )) as { wanted: string; id: string }[];
  const missing = wanted.find(name => !rows.some(row => row.wanted === name));
  if (missing !== undefined) {
    const [one] = definition.nouns.row;
    throw new ConsoleError({
      code: 'no-such-preset',
      message: missing === '' ? `No ${one} has an empty id.` : `No ${one} has the id or name "${missing}".`,
      hint:
        missing === ''
          ? 'Check the value of --preset: an unset shell variable leaves it empty.'
          : `Names must match exactly. In the console, Enter on a ${one} shows its id.`,
      exitCode: exitCodes.unreachable,
    });
  }
  return [...new Set(rows.map(({ id }) => id))];
}
