import type { Config } from '../../config/config.ts';
import { readConfig } from '../../counter/configured/read-config.ts';
import { namedCounters } from '../../counter/definition/choose-counters.ts';
import { parseCounterId } from '../../counter/definition/counter-id.ts';
import { presetNames } from '../../counter/definition/preset-names.ts';
import { exitCodes, usageError } from '../../errors/errors.ts';
import { glyphs } from '../../format/badges.ts';
import { count } from '../../format/numbers.ts';
import { amount } from '../../format/plurals.ts';
import { displayText, toWidth } from '../../format/text.ts';
import { wrap } from '../../format/wrap.ts';
import type { Note, ScanReport, Write } from '../../scan/finding.ts';
import { languagesNotRead, nothingRead, notReadWords } from '../../scan/not-read.ts';
import { scanApart } from '../../scan/scan-in-child.ts';
import type { ScanSubject } from '../../scan/subject.ts';
import { type Named, namedTogether, subjectOfConfigured } from '../../scan/subject-of.ts';
import { jsonVersion } from '../output/document-head.ts';
import type { Outcome } from '../output/outcome.ts';

/**
 * Finds code that writes a count besides its trigger. Exit code 1 if there is any. Files that could not be read do not
 * affect it, and are named on standard error. Rejects with a usage error (exit code 2) if no file could be read.
 */
export async function scan(config: Config, signal: AbortSignal, columns = 100): Promise<Outcome> {
  const { appSource, ascii } = config;
  if (appSource === null) {
    throw usageError(
      'directory-missing',
      'No directory given.',
      'Name the directory of the application: preset-usage scan src.',
    );
  }
  const subjects = await subjectsOf(config);
  const report = await scanApart(appSource, { signal, subjects });
  const nothing = nothingRead(report);
  if (nothing) throw nothing;
  const languages = languagesNotRead(report.notRead);
  const others = subjects.flatMap(subject => subject?.counter ?? []);
  const unread = report.unparsed.length;
  return {
    json: { version: jsonVersion, ...report, ...(others.length === 0 ? {} : { counters: others }) },
    text: describe(
      report,
      namedTogether(others.length === 0 ? undefined : subjects.map(named)),
      others.length > 0 || config.counter.length > 0,
      Math.max(40, Math.min(columns, 120)),
      glyphs(ascii).ellipsis,
    ).join('\n'),
    exitCode: report.writes.length > 0 ? exitCodes.unhealthy : exitCodes.healthy,
    warnings: [
      ...(unread === 0
        ? []
        : [
            `${amount(unread, 'place')} that may concern the counter could not be read; the exit code does not cover ${unread === 1 ? 'it' : 'them'}.`,
          ]),
      ...(languages === '' ? [] : [`Not read: ${languages}. The exit code does not cover them.`]),
    ],
  };
}

/** A counter as a sentence names it. */
const named = (subject: ScanSubject | null) => subject?.counter ?? presetNames.count;

function describe(report: ScanReport, named: Named, chosen: boolean, width: number, mark: string): string[] {
  const { directory, files, writes, notes, unparsed, skipped, notRead, durationMs } = report;
  const found =
    writes.length === 0
      ? `Nothing that was read writes ${named.counts} in addition to ${named.keeper}.`
      : `${amount(writes.length, 'place writes', 'places write')} ${named.counts} in addition to ${named.keeper}.`;
  return [
    `${displayText(directory)}: ${amount(files, 'file')} read in ${(durationMs / 1000).toFixed(2)} s.`,
    found,
    ...(chosen || writes.length > 0
      ? []
      : wrap(
          `Only ${named.counts} was looked for: preset-usage counters --write-config names other counters.`,
          width,
        )),
    ...(notRead.length === 0 ? [] : wrap(`Not read: ${notRead.map(notReadWords).join('; ')}.`, width)),
    ...byFile(writes, width, mark, write => [...wrap(write.why, width - 4), ...wrap(write.hint, width - 4)]),
    ...section('Worth a look, but not a second counter', notes.length),
    ...byFile(notes, width, mark, (note: Note) => wrap(note.message, width - 4)),
    ...section('Could not be read', unparsed.length),
    ...unparsed.flatMap(({ file, line, column, message }) =>
      wrap(`${displayText(file)}:${line}:${column} ${displayText(message)}`, width - 2).map(
        row => `  ${row}`,
      ),
    ),
    ...section('Skipped', skipped.length),
    ...skipped
      .slice(0, mostSkipped)
      .flatMap(({ file, reason }) =>
        wrap(`${displayText(file)}: ${reason}`, width - 2).map(row => `  ${row}`),
      ),
    ...(skipped.length > mostSkipped
      ? [`  and ${count(skipped.length - mostSkipped)} more; --json lists them all`]
      : []),
  ];
}

const mostSkipped = 10;

/**
 * What to scan for: the counter of presets, and those of the configuration; with --counter those alone. Throws a usage error (exit code
 * 2) for a counter that the configuration does not describe, because no database is read.
 */
async function subjectsOf({ config, counter }: Config): Promise<(ScanSubject | null)[]> {
  const named = namedCounters(counter);
  const configured = (await readConfig(config, process.cwd())).map(subjectOfConfigured);
  const others = configured.filter(subject => subject !== null);
  if (named.length === 0) return [null, ...others];
  return named.map(({ text, schema, table, column }) => {
    if (table === presetNames.rows && column === presetNames.count) return null;
    const found = others.find(each => {
      const own = parseCounterId(each.counter ?? '');
      return own?.table === table && own.column === column && (schema === null || own.schema === schema);
    });
    if (found) return found;
    throw usageError(
      'no-such-counter',
      `counters.json does not describe ${text}, and scan reads no database.`,
      'Run preset-usage counters --write-config first, or name the file with --config.',
    );
  });
}

const section = (title: string, size: number) => (size === 0 ? [] : ['', `${title} (${count(size)}):`]);

/** Findings under the name of their file, each with its statement in one row and what there is to say below it. */
function byFile<Found extends Write | Note>(
  list: readonly Found[],
  width: number,
  mark: string,
  words: (found: Found) => string[],
): string[] {
  let file: string | null = null;
  return list.flatMap(found => {
    const head = found.file === file ? [] : ['', displayText(found.file)];
    file = found.file;
    const place = `  ${found.line}:${found.column} ${found.kind}${found.counter === undefined ? '' : ` of ${found.counter}`}  `;
    const statement = displayText(found.text);
    return [
      ...head,
      place + toWidth(statement, width - place.length, 'left', mark).trimEnd(),
      ...words(found).map(row => `    ${displayText(row)}`),
    ];
  });
}
