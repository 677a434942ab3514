import type { CounterChoice } from '../counter/definition/counter-choice.ts';
import { scanApart } from '../scan/child/scan-in-child.ts';
import { findMentions } from '../scan/find-mentions.ts';
import { subjectOf } from '../scan/subject-of.ts';
import type { SourceEvidence } from './source-evidence.ts';

/** Scans the application's source for the checklist of some counters. Rejects with a usage error if it is not a directory. */
export async function scanSource(
  directory: string,
  counters: readonly CounterChoice[],
  signal?: AbortSignal,
): Promise<SourceEvidence> {
  const subjects = counters.map(counter => (typeof counter === 'string' ? null : subjectOf(counter)));
  const { files, writes, unparsed, notRead } = await scanApart(directory, { signal, subjects });
  return {
    directory,
    files,
    writes: writes.map(({ file, line, column, text, kind, counter }) => ({
      file,
      line,
      column,
      text,
      kind,
      ...(counter === undefined ? {} : { counter }),
    })),
    unparsed,
    notRead,
    ...(subjects.every(subject => (subject?.counter ?? null) === null)
      ? {}
      : { counters: counters.map(each => (typeof each === 'string' ? each : each.id)) }),
  };
}

/**
 * The directory of the application's source, if all of it was read and nothing calls the database function `name`; null if something
 * does, or if it is not known.
 */
export async function uncalledIn(
  directory: string | null,
  name: string,
  signal?: AbortSignal,
): Promise<string | null> {
  if (directory === null) return null;
  const { files, read, unread } = await findMentions(directory, name, signal);
  return files.length === 0 && read > 0 && unread === 0 ? directory : null;
}
