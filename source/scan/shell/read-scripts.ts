import type { ReportedFinding } from '../assemble.ts';
import type { CountChange, WriteKind } from '../finding.ts';
import { namesBesides } from '../names.ts';
import { inOneLine, placeAt } from '../place.ts';
import { hintOf, whyOf } from '../reasons.ts';
import { fillsPresets } from '../sql/plain-sql.ts';
import type { SqlUnit } from '../sql/sql-unit.ts';
import { unitOfShell } from '../sql/sql-units.ts';
import { names, withNames } from '../subject.ts';
import { readShell } from './shell-sql.ts';

/** What shell scripts do to the counter: their SQL, and their requests, some of which call functions. */
interface Scripts {
  units: SqlUnit[];
  requests: (counts: (routine: string) => boolean) => ReportedFinding[];
}

/** Reads scripts, given as pairs of file and text. */
export async function readScripts(scripts: readonly (readonly [string, string])[]): Promise<Scripts> {
  const units: SqlUnit[] = [];
  const requests: { file: string; script: string; at: number; text: string; routine: string | null }[] = [];
  for (const [file, script] of scripts) {
    if (!naming().test(script) && !namesBesides(script)) continue;
    const reading = readShell(script);
    for (const word of reading.sql) {
      if (counting().test(word.text) || fillsPresets(word.text) || namesBesides(word.text))
        units.push(await unitOfShell(file, word));
    }
    requests.push(...reading.requests.map(request => ({ ...request, file, script })));
  }
  return {
    units,
    requests: counts =>
      requests.flatMap(({ file, script, at, text, routine }) => {
        if (routine !== null && !counts(routine)) return [];
        const kind: WriteKind = routine === null ? 'postgrest' : 'rpc';
        const how: CountChange = routine === null ? 'sets' : 'adds';
        const place = placeAt(file, script, at);
        const about = {
          kind,
          how,
          record: null,
          line: place.line,
          readBefore: false,
          through: routine,
          routine: null,
          trigger: null,
        };
        return [
          {
            write: {
              ...place,
              text: inOneLine(text),
              kind,
              how,
              why: whyOf(about),
              hint: hintOf(about),
              record: null,
            },
          },
        ];
      }),
  };
}

// Presets are also counted by what only speaks of usage.
const counting = withNames(({ column, records }) =>
  names().counter === null ? /usage/i : new RegExp(`${column}|${records}`, 'i'),
);
const naming = withNames(({ table, column, records }) =>
  names().counter === null ? /usage|presets/i : new RegExp(`${column}|${records}|${table}`, 'i'),
);
