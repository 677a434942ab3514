import type { Counter } from '../../counter/counter.ts';
import type { CounterDefinition } from '../../counter/definition/definition.ts';
import type { InspectedDatabase } from '../../counter/inspect-database.ts';
import type { Diagnosis } from '../../diagnosis/diagnosis.ts';
import { shortDiagnosis } from '../../diagnosis/format-diagnosis.ts';
import { csvCells, csvLine, csvTitles } from '../../diagnosis/rows/csv.ts';
import { rowJson } from '../../diagnosis/rows/json.ts';
import { markdownHead, markdownRow } from '../../diagnosis/rows/markdown.ts';
import { jsonText, jsonVersion } from '../../format/json-text.ts';
import { iso } from '../../format/numbers.ts';

/** What the list is exported as, and how files of it end. */
export const exportFormats = { csv: 'csv', json: 'json', markdown: 'md' } as const;
export type ExportFormat = keyof typeof exportFormats;

/** A file of rows, in parts. */
interface Parts {
  head: string;
  row: (counter: Counter, diagnosis: Diagnosis | undefined, name: string) => string;
  /** Stands between two rows. */
  between: string;
  foot: string;
}

/** The parts of a file in each format; `at` is when it is made, in milliseconds since 1970. */
export const partsOf: Record<
  ExportFormat,
  (definition: CounterDefinition, inspected: InspectedDatabase, at: number) => Parts
> = {
  csv: definition => ({
    head: `${csvLine(csvTitles)}\r\n`,
    row: (counter, diagnosis) => csvLine(csvCells(counter, diagnosis, definition)),
    between: '\r\n',
    foot: '\r\n',
  }),
  json: (definition, { server, host, label, tables }, at) => ({
    head: `${jsonText({
      version: jsonVersion,
      database: { name: server.database, host, user: server.user, serverVersion: server.version, label },
      counter: definition.id,
      exportedAt: iso(at),
      complete: tables.hiddenBy.length === 0,
    }).slice(0, -1)},"list":[\n`,
    row: (counter, diagnosis) =>
      jsonText({ ...rowJson(counter, diagnosis, definition), lastUsedAt: iso(counter.lastUsedAt) }),
    between: ',\n',
    foot: '\n]}\n',
  }),
  markdown: definition => ({
    head: `${markdownHead(definition).join('\n')}\n`,
    row: (counter, diagnosis, name) =>
      markdownRow(counter, { name, why: diagnosis ? shortDiagnosis(diagnosis) : '' }),
    between: '\n',
    foot: '\n',
  }),
};
