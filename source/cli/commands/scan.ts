import type { Config } from '../../config/config.ts';
import { presetNames } from '../../counter/definition/preset-names.ts';
import { type ConsoleError, exitCodes, usageError } from '../../errors/errors.ts';
import { glyphs } from '../../format/badges.ts';
import { jsonVersion } from '../../format/json-text.ts';
import { count } from '../../format/numbers.ts';
import { amount, listed } from '../../format/plurals.ts';
import { displayText, toWidth } from '../../format/text.ts';
import { wrap } from '../../format/wrap.ts';
import { scanApart } from '../../scan/child/scan-in-child.ts';
import type { Note, ScanReport, Write } from '../../scan/finding.ts';
import { languagesNotRead, nothingRead, notReadWords } from '../../scan/not-read.ts';
import type { ScanSubject } from '../../scan/subject.ts';
import { type Named, namedTogether } from '../../scan/subject-of.ts';
import { notCheckableJson } from '../output/counter-json.ts';
import type { Outcome } from '../output/outcome.ts';
import type { Progress } from '../output/progress.ts';
import type { Wanted } from '../scan/search-counters.ts';
import { type ScanDatabase, wantedCounters } from '../scan/wanted-counters.ts';

/**
 * Finds code that writes a count besides its trigger. Exit code 1 if there is any. Files that could not be read do not
 * affect it, and are named on standard error; so is a database that could not be searched for counters. Rejects with a usage
 * error (exit code 2) if no file could be read, and as `wantedCounters` does.
 */
export async function scan(
  config: Config,
  database: ScanDatabase,
  signal: AbortSignal,
  progress: Progress,
  columns = 100,
): Promise<Outcome> {
  const { appSource, ascii, all } = config;
  if (appSource === null) {
    throw usageError(
      'directory-missing',
      'No directory given.',
      'Name the directory of the application: preset-usage scan src.',
    );
  }
  progress('Finding the counters');
  const wanted = await wantedCounters(config, database, signal);
  const { subjects, searched, failed } = wanted;
  progress('Reading files');
  const scanned = await scanApart(appSource, {
    signal,
    subjects,
    onParsed: (done, total) =>
      done < total ? progress('Parsing', { done, total, what: 'files' }) : progress('Following the code'),
  });
  const nothing = nothingRead(scanned);
  if (nothing) throw nothing;
  const report = withIds(scanned, searched?.presets ?? null);
  const others = subjects.flatMap(subject => subject?.counter ?? []);
  const ids = searched?.counters ?? subjects.map(named);
  const looked = namedTogether(others.length === 0 ? undefined : ids);
  const warning = failed && notSearched(failed, looked);
  return {
    json: {
      version: jsonVersion,
      ...(searched ? { database: searched.database.json } : {}),
      ...report,
      ...countersJson(searched, others),
      ...(warning ? { warnings: [warning] } : {}),
    },
    // Wrapping it takes a few milliseconds, and with --json nobody reads it.
    get text() {
      return [
        ...(searched ? [searched.database.line] : []),
        ...describe(
          report,
          { named: looked, wanted, all, chosen: others.length > 0 || config.counter.length > 0 },
          Math.max(40, Math.min(columns, 120)),
          glyphs(ascii).ellipsis,
        ),
      ].join('\n');
    },
    exitCode: report.writes.length > 0 ? exitCodes.unhealthy : exitCodes.healthy,
    warnings: [...(warning ? [displayText(warning.message)] : []), ...unreadWarnings(report)],
  };
}

/** What a scan looked for, in JSON: the ids where the database was asked, else those of other counters than that of presets. */
function countersJson(searched: Wanted['searched'], others: readonly string[]) {
  if (!searched) return others.length === 0 ? {} : { counters: others };
  const { counters, guesses, notCheckable } = searched;
  return { counters, guesses, notCheckable: notCheckable.map(notCheckableJson) };
}

/** Why the database was not searched, and what was looked for without it. */
function notSearched({ message }: ConsoleError, { counts }: Named) {
  return {
    severity: 'warning' as const,
    code: 'database-not-searched',
    message: `The database was not searched for counters: ${message} Only ${counts} was looked for.`,
  };
}

function unreadWarnings({ unparsed, notRead }: ScanReport): string[] {
  const unread = unparsed.length;
  const languages = languagesNotRead(notRead);
  return [
    ...(unread === 0
      ? []
      : [
          `${amount(unread, 'place')} that may concern the counter could not be read; the exit code does not cover ${unread === 1 ? 'it' : 'them'}.`,
        ]),
    ...(languages === '' ? [] : [`Not read: ${languages}. The exit code does not cover them.`]),
  ];
}

/** With `id` in what was found for the counter of presets, which leaves it out. */
function withIds(report: ScanReport, id: string | null): ScanReport {
  if (id === null) return report;
  const withId = <Found extends Write | Note>(found: Found): Found => ({ counter: id, ...found });
  return { ...report, writes: report.writes.map(withId), notes: report.notes.map(withId) };
}

/** A counter as a sentence names it. */
const named = (subject: ScanSubject | null) => subject?.counter ?? presetNames.count;

interface Looked {
  named: Named;
  wanted: Wanted;
  all: boolean;
  /** False if only the counter of presets was looked for, because nothing else is known. */
  chosen: boolean;
}

function describe(report: ScanReport, looked: Looked, width: number, mark: string): string[] {
  const { named } = looked;
  const { directory, files, writes, notes, unparsed, skipped, notRead, durationMs } = report;
  const found =
    writes.length === 0
      ? `Nothing that was read writes ${named.counts} in addition to ${named.keeper}.`
      : `${amount(writes.length, 'place writes', 'places write')} ${named.counts} in addition to ${named.keeper}.`;
  return [
    `${displayText(directory)}: ${amount(files, 'file')} read in ${(durationMs / 1000).toFixed(2)} s.`,
    ...wrap(found, width),
    ...limitOf(report, looked).flatMap(line => wrap(line, width)),
    ...guessed(report, looked.wanted, width),
    ...(looked.all ? leftOut(looked.wanted, width) : []),
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

/** What was not looked for, in a sentence. */
function limitOf(
  { writes }: ScanReport,
  { named: { counts }, wanted: { searched }, chosen }: Looked,
): string[] {
  if (searched)
    return searched.found ? [] : [`No counter was found in the database, so only ${counts} was looked for.`];
  if (chosen || writes.length > 0) return [];
  return [
    `Only ${counts} was looked for: preset-usage counters --write-config names other counters, and preset-usage scan --all finds them in the database.`,
  ];
}

/** That something was found for what may be no counter. */
function guessed({ writes, notes }: ScanReport, { searched }: Wanted, width: number): string[] {
  const found = new Set([...writes, ...notes].map(({ counter }) => counter));
  const guesses = searched?.guesses.filter(id => found.has(id)) ?? [];
  if (guesses.length === 0) return [];
  const [its, it] = guesses.length === 1 ? ['its name speaks', 'it'] : ['their names speak', 'they'];
  return wrap(displayText(`Only ${its} for ${listed(guesses)}: ${it} may be no counter.`), width);
}

function leftOut({ searched }: Wanted, width: number): string[] {
  const { notCheckable = [] } = searched ?? {};
  return notCheckable.flatMap(({ id, reason }) =>
    wrap(displayText(`${id}: not looked for. ${reason}`), width),
  );
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
