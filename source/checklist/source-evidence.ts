import { amount } from '../format/plurals.ts';
import type { NotRead } from '../scan/finding.ts';
import { languagesNotRead } from '../scan/not-read.ts';
import { namedTogether } from '../scan/subject-of.ts';
import type { StepVerdict } from './steps.ts';

/** The result of a scan of the application's source, as far as the checklist needs it. */
export interface SourceEvidence {
  directory: string;
  files: number;
  writes: readonly {
    file: string;
    line: number;
    column: number;
    text: string;
    kind: string;
    /** The id of the counter, for any other than that of presets. */
    counter?: string;
  }[];
  /** Files that name the counter and could not be parsed. */
  unparsed: readonly { file: string; line: number; column: number; message: string }[];
  /** Files that were not read, by reason. */
  notRead: readonly NotRead[];
  /** The ids of the counters that were scanned for; left out for that of presets alone. */
  counters?: readonly string[];
}

/** What the source says: `clean` only if all of it was read that may be code, `partly` if some of it was. */
export function sourceVerdict(evidence: SourceEvidence): 'clean' | 'writes' | 'partly' | 'not-read' {
  if (evidence.writes.length > 0) return 'writes';
  if (evidence.files === 0) return 'not-read';
  return isPartlyRead(evidence) ? 'partly' : 'clean';
}

function isPartlyRead({ unparsed, notRead }: SourceEvidence): boolean {
  return unparsed.length > 0 || notRead.some(({ reason }) => reason === 'language');
}

/** What was scanned and found, in one sentence. */
export function sourceSentence(evidence: SourceEvidence): string {
  const { directory, files, writes, unparsed, notRead } = evidence;
  const { counts, keeper } = namedTogether(evidence.counters);
  const languages = languagesNotRead(notRead);
  if (sourceVerdict(evidence) === 'not-read') {
    return `No file of ${directory} is in a language that is read${languages === '' ? '' : `; it has ${languages}`}.`;
  }
  const scanned = `${amount(files, 'file')} of ${directory}`;
  const found =
    writes.length === 0
      ? `Nothing in ${scanned} writes ${counts} in addition to ${keeper}.`
      : `${amount(writes.length, 'place')} in ${scanned} ${writes.length === 1 ? 'writes' : 'write'} ${counts} in addition to ${keeper}: ${places(writes)}.`;
  const unread = unparsed.length === 0 ? '' : ` Could not be read, but may write it: ${places(unparsed)}.`;
  return found + unread + (languages === '' ? '' : ` Not read: ${languages}.`);
}

/** What to do about it; empty if there is nothing to do. */
export function sourceHint(evidence: SourceEvidence): string {
  switch (sourceVerdict(evidence)) {
    case 'writes':
      return `Run preset-usage scan ${evidence.directory}${counterFlag(evidence)} to see why each of them counts twice and what to do.`;
    case 'clean':
      return '';
    default:
      return 'Check the files that could not be read by hand.';
  }
}

/** What makes `scan` look for the same counters. */
function counterFlag({ counters }: SourceEvidence): string {
  if (!counters) return '';
  const [only = '', ...others] = counters;
  return others.length > 0 ? ' --all' : ` --counter ${only}`;
}

/** Evidence and hint if no source was given. */
export const noSource = {
  evidence: "The application's source was not scanned for code that writes the count itself.",
  hint: 'Give it with --app-source DIRECTORY.',
};

/** What it is called beside the steps. */
export const sourceTitle = "The application's source";

/** The same as the verdict on a step: skipped if not all of it was read, or if none was given. */
export function sourceStep(source: SourceEvidence | null): Pick<StepVerdict, 'status' | 'evidence' | 'hint'> {
  if (source === null) return { status: 'skipped', ...noSource };
  return {
    status: statuses[sourceVerdict(source)],
    evidence: sourceSentence(source),
    hint: sourceHint(source),
  };
}

const statuses = { clean: 'passed', writes: 'failed', partly: 'skipped', 'not-read': 'skipped' } as const;

function places(found: readonly { file: string; line: number }[]): string {
  const shown = found.slice(0, 5).map(({ file, line }) => `${file}:${line}`);
  return [...shown, ...(found.length > shown.length ? [`and ${found.length - shown.length} more`] : [])].join(
    ', ',
  );
}
