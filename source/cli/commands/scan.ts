import type { Config } from '../../config/config.ts';
import { exitCodes, usageError } from '../../errors/errors.ts';
import { glyphs } from '../../format/badges.ts';
import { count } from '../../format/numbers.ts';
import { amount } from '../../format/plurals.ts';
import { displayText, toWidth } from '../../format/text.ts';
import { wrap } from '../../format/wrap.ts';
import type { Note, ScanReport, Write } from '../../scan/finding.ts';
import { languagesNotRead, nothingRead, notReadWords } from '../../scan/not-read.ts';
import { scanApart } from '../../scan/scan-in-child.ts';
import type { Outcome } from '../output/outcome.ts';

/**
 * Finds code that writes `usage_count` besides the trigger. Exit code 1 if there is any. Files that could not be read do not
 * affect it, and are named on standard error. Rejects with a usage error (exit code 2) if no file could be read.
 */
export async function scan(
  { appSource, ascii }: Config,
  signal: AbortSignal,
  columns = 100,
): Promise<Outcome> {
  if (appSource === null) {
    throw usageError(
      'directory-missing',
      'No directory given.',
      'Name the directory of the application: preset-usage scan src.',
    );
  }
  const report = await scanApart(appSource, { signal });
  const nothing = nothingRead(report);
  if (nothing) throw nothing;
  const languages = languagesNotRead(report.notRead);
  const unread = report.unparsed.length;
  return {
    json: report,
    text: describe(report, Math.max(40, Math.min(columns, 120)), glyphs(ascii).ellipsis).join('\n'),
    exitCode: report.writes.length > 0 ? exitCodes.unhealthy : exitCodes.healthy,
    warnings: [
      ...(unread === 0
        ? []
        : [
            `${amount(unread, 'place')} that may concern the counter could not be read; the exit code does not cover ${unread === 1 ? 'it' : 'them'}.`,
          ]),
      ...(languages === '' ? [] : [`${languages} were not read; the exit code does not cover them.`]),
    ],
  };
}

function describe(report: ScanReport, width: number, mark: string): string[] {
  const { directory, files, writes, notes, unparsed, skipped, notRead, durationMs } = report;
  const found =
    writes.length === 0
      ? 'Nothing that was read writes usage_count in addition to the trigger.'
      : `${amount(writes.length, 'place writes', 'places write')} usage_count in addition to the trigger.`;
  return [
    `${displayText(directory)}: ${amount(files, 'file')} read in ${(durationMs / 1000).toFixed(2)} s.`,
    found,
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
    const place = `  ${found.line}:${found.column} ${found.kind}  `;
    const statement = displayText(found.text);
    return [
      ...head,
      place + toWidth(statement, width - place.length, 'left', mark).trimEnd(),
      ...words(found).map(row => `    ${displayText(row)}`),
    ];
  });
}
