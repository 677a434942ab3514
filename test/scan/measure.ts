import type { Note, Write } from '../../source/scan/finding.ts';
import { scanDirectory } from '../../source/scan/scan.ts';
import type { Snippet } from './corpus.ts';

/** What a scan of a snippet found, what of that is wrong, and what is missing. */
export interface Compared {
  found: string[];
  /** Every finding of either list with its column and what else is known of it, in a line each. */
  told: string[];
  surplus: string[];
  lost: string[];
}

/** Scans a snippet and compares what it finds with its labels, by file, line and kind. */
export async function compare({ directory, writes }: Snippet): Promise<Compared> {
  const report = await scanDirectory(directory);
  const found = report.writes.map(({ file, line, kind }) => `${file}:${line} ${kind}`);
  return {
    found,
    told: [...report.writes.map(lineOfWrite), ...report.notes.map(lineOfNote)],
    surplus: found.filter(each => !writes.includes(each)),
    lost: writes.filter(each => !found.includes(each)),
  };
}

function lineOfWrite({ file, line, column, kind, how, record, why }: Write): string {
  const [, through] = /^(\w+)\(\) writes/.exec(why) ?? [];
  const more = [
    record === null ? '' : `beside the record of line ${record}`,
    /overwrite each other|that it read:/.test(why) ? 'read before' : '',
    through === undefined ? '' : `through ${through}`,
    why.startsWith('New presets') ? 'of new presets' : '',
  ];
  const place = `${file}:${line}:${column}`;
  return [place, kind, how ?? 'unknown', ...more.filter(each => each !== '')].join(' ');
}

const lineOfNote = ({ file, line, column, kind }: Note) => `${file}:${line}:${column} only ${kind}`;

/** Precision and recall over several snippets. */
export interface Accuracy {
  snippets: number;
  writes: number;
  precision: number;
  recall: number;
}

/** The sums of several comparisons. */
export function accuracyOf(all: readonly Compared[]): Accuracy {
  const sum = (of: (each: Compared) => string[]) => all.reduce((total, each) => total + of(each).length, 0);
  const wrong = sum(({ surplus }) => surplus);
  const right = sum(({ found }) => found) - wrong;
  const missed = sum(({ lost }) => lost);
  return {
    snippets: all.length,
    writes: right + missed,
    precision: right / (right + wrong),
    recall: right / (right + missed),
  };
}

/** Compares one snippet after the other. */
export async function measure(snippets: readonly Snippet[]): Promise<Accuracy> {
  const all: Compared[] = [];
  for (const snippet of snippets) all.push(await compare(snippet));
  return accuracyOf(all);
}

/** In one line, for a person. */
export const accuracyLine = ({ snippets, writes, precision, recall }: Accuracy) =>
  `${snippets} snippets, ${writes} writes: precision ${precision.toFixed(3)}, recall ${recall.toFixed(3)}`;
