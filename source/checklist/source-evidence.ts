import { amount } from '../format/plurals.ts';
/** What a scan of the application's source says, as far as the checklist needs it. */
export interface SourceEvidence {
  directory: string;
  files: number;
  writes: readonly { file: string; line: number; column: number; text: string; kind: string }[];
  /** Files that name the counter and could not be read. */
  unparsed: readonly { file: string; line: number; column: number; message: string }[];
}

/** The sentence beside the six steps: what was looked at, and what was found. */
export function sourceSentence({ directory, files, writes, unparsed }: SourceEvidence): string {
  const looked = `${amount(files, 'file')} of ${directory}`;
  const found =
    writes.length === 0
      ? `Nothing in ${looked} writes usage_count beside the trigger.`
      : `${amount(writes.length, 'place')} in ${looked} ${writes.length === 1 ? 'writes' : 'write'} usage_count beside the trigger: ${places(writes)}.`;
  const unread =
    unparsed.length === 0
      ? ''
      : ` Not read, though ${unparsed.length === 1 ? 'it may write it' : 'they may write it'}: ${places(unparsed)}.`;
  return found + unread;
}

/** What to do about it; empty where there is nothing to do. */
export function sourceHint({ directory, writes, unparsed }: SourceEvidence): string {
  if (writes.length > 0) {
    return `preset-usage scan ${directory} says of each why it counts twice and what to do.`;
  }
  return unparsed.length > 0 ? 'Look at what could not be read by hand.' : '';
}

/** What is said where no source was named. */
export const noSource = {
  evidence: "The application's source was not scanned for code that writes usage_count itself.",
  hint: 'Name it with --app-source DIRECTORY.',
};

function places(found: readonly { file: string; line: number }[]): string {
  const shown = found.slice(0, 5).map(({ file, line }) => `${file}:${line}`);
  return [...shown, ...(found.length > shown.length ? [`and ${found.length - shown.length} more`] : [])].join(
    ', ',
  );
}
