import { readdirSync, readFileSync } from 'node:fs';

/** A file of this directory: an odd schema, what is odd about it, and what the console is expected to say. */
export interface SchemaFile {
  name: string;
  sql: string;
  /** What is given to --schema. */
  schema: string;
  /** Both tables and their columns, as SQL: what the expected values are computed with. */
  presets: string;
  records: string;
  key: string;
  preset: string;
  count: string;
  /** The name of the preset that is simulated. */
  simulated: string;
  /** `confirmed`, what two uses add (`+2 +2`), or the SQLSTATE that the first way fails with. */
  simulation: string;
  /** Codes that `check --json` has among the remarks of its schema, and `trigger` and `simulate` among their findings. */
  remarks: string[];
  findings: string[];
  explains: string[];
  /** Presets that no sync puts right and no reset empties, by id. */
  stays: string[];
  /** Columns that other triggers change by themselves. */
  moves: string[];
  /** The code that --delete-history is refused with; empty where it is done. */
  refused: string;
  /** `made` where a real use can be made and taken back, else the code that it is refused with. */
  real: string;
  /** `quiet` where records can only be put back with the triggers suppressed. */
  undo: string;
  /** What migrate says: that it does not fit, that its plan is `proved`, or that it is `unproved`. */
  migrate: string;
}

const defaults = {
  schema: 'public',
  presets: 'public.presets',
  records: 'public.preset_usage',
  key: 'id',
  preset: 'preset_id',
  count: 'usage_count',
  simulated: '',
  simulation: 'confirmed',
  refused: '',
  undo: '',
  migrate: 'does-not-fit',
  real: 'made',
};
const lists = { remarks: [], findings: [], explains: [], stays: [], moves: [] };

/** Reads every schema; the comments at the head of a file, such as `-- schema: app`, say what is expected. */
export function readSchemas(): SchemaFile[] {
  const directory = new URL('./', import.meta.url);
  return readdirSync(directory)
    .filter(file => file.endsWith('.sql'))
    .sort()
    .map(file => {
      const sql = readFileSync(new URL(file, directory), 'utf8');
      const found: Record<string, string | string[]> = { ...defaults, ...lists };
      for (const [, key = '', value = ''] of sql.matchAll(/^-- (\w+): (.*)$/gm)) {
        if (!(key in found)) throw new Error(`${file} expects ${key}, which nothing looks at.`);
        found[key] = key in lists ? value.split(' ') : value;
      }
      return { ...found, name: file.replace(/\.sql$/, ''), sql } as SchemaFile;
    });
}
