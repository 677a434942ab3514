import { open, stat, unlink, writeFile } from 'node:fs/promises';
import { type SourceEvidence, sourceStep, sourceTitle } from '../../checklist/source-evidence.ts';
import { readPackage } from '../../config/paths.ts';
import { type ConsoleError, usageError } from '../../errors/errors.ts';
import { jsonText } from '../../format/json-text.ts';
import { markdownText } from '../../format/markdown-text.ts';
import { displayText } from '../../format/text.ts';
import type { databaseHead } from '../output/document-head.ts';
import type { ChecklistJson } from './json.ts';

/** What every checklist is taken from. */
type Taken = ReturnType<typeof databaseHead> & { takenAt: string | null; source: SourceEvidence | null };

/** The checklist of one counter. */
type OneChecklist = ChecklistJson & { counter: { id: string } };

/** What a report is made of: one checklist, or those of several counters. */
export type Evidence = Taken & (OneChecklist | { counters: readonly OneChecklist[] });

/** A counter whose steps could not be walked, and why. */
export type NotWalked = { id: string; reason: string };

/** One of them, with the program that took it. */
type Section = Taken & OneChecklist;

/**
 * Makes sure that a report can be written before any work is done, and answers with what writes it: JSON where the name
 * ends in `.json`, else Markdown. What stood in the file stays until then. Rejects (exit code 2) where it cannot be written.
 */
export async function prepareReport(
  file: string,
): Promise<(json: Evidence, failed: readonly NotWalked[]) => Promise<void>> {
  try {
    const before = await stat(file).catch(() => null);
    await (await open(file, 'a')).close();
    if (!before) await unlink(file);
  } catch (error) {
    throw unwritable(file, error);
  }
  return async (json, failed) => {
    const text = file.toLowerCase().endsWith('.json')
      ? `${jsonText({ program: program(), ...json }, 2)}\n`
      : reportText(json, failed);
    await writeFile(file, text, { flush: true }).catch(error => {
      throw unwritable(file, error);
    });
  };
}

function unwritable(file: string, error: unknown): ConsoleError {
  return usageError(
    'report-unwritable',
    `The report ${file} cannot be written: ${(error as NodeJS.ErrnoException).code}.`,
    'Give --report a file in a directory that exists and that you may write to.',
  );
}

const marks = { passed: '✅', failed: '❌', skipped: '⏭️' };
const fence = '```';

const program = () => `preset-usage-console ${readPackage().version}`;

/** The checklists that evidence is made of. */
export function checklistsOf(evidence: Evidence): Section[] {
  if (!('counters' in evidence)) return [evidence];
  const { counters, ...rest } = evidence;
  return counters.map(each => ({ ...rest, ...each }));
}

/** The evidence as Markdown, fit to be pasted into a pull request, with what could not be walked. */
export function reportText(evidence: Evidence, failed: readonly NotWalked[]): string {
  return [
    ...checklistsOf(evidence).map(markdown),
    ...failed.map(
      ({ id, reason }) =>
        `# Testing checklist: ${markdownText(id)}\n\n**Not looked at.** ${markdownText(reason)}\n`,
    ),
  ].join('\n');
}

function markdown({
  database,
  takenAt,
  trigger,
  steps,
  passed,
  failed,
  skipped,
  source,
  counter,
}: Section): string {
  const { name, host, port, user, serverVersion, label } = database;
  const row = (title: string, ...cells: string[]) => `| ${title} | ${cells.join('')} |`;
  return `${[
    `# Testing checklist: ${markdownText(counter.id)}`,
    '',
    `**${passed} passed, ${failed} failed, ${skipped} skipped.**${skipped > 0 ? ' Skipped is not passed.' : ''}`,
    '',
    '| | |',
    '| --- | --- |',
    row(
      'Database',
      markdownText(`${name} at ${port === null ? host : `${host}:${port}`} as ${user} (${label})`),
    ),
    row('Server', markdownText(`PostgreSQL ${serverVersion}`)),
    row('Taken', `${takenAt} by ${program()}`),
    row('Trigger', markdownText(trigger.definition ?? `${trigger.name} does not exist`)),
    row('SHA-256 of it and its function', trigger.definitionHash ?? 'none'),
    ...steps.flatMap(({ id, title, status, evidence, hint, query, at, durationMs }, index) => [
      '',
      `## ${index + 1}. ${marks[status]} ${title}`,
      '',
      `${status} (\`${id}\`), ${at}, ${durationMs} ms`,
      '',
      markdownText(evidence),
      ...(hint === '' ? [] : ['', `Next: ${markdownText(hint)}`]),
      ...(query === null ? [] : ['', `${fence}sql`, displayText(query).replaceAll(fence, "'''"), fence]),
    ]),
    '',
    ...sourceSection(source),
  ].join('\n')}\n`;
}

function sourceSection(source: SourceEvidence | null): string[] {
  const { status, evidence, hint } = sourceStep(source);
  return [
    `## ${marks[status]} ${sourceTitle}`,
    '',
    markdownText(evidence),
    ...(hint === '' ? [] : ['', `Next: ${markdownText(hint)}`]),
    ...(source?.writes ?? []).flatMap(({ file, line, column, text, kind }) => [
      '',
      `- ${markdownText(`${file}:${line}:${column}`)} (${kind})`,
      '',
      `  ${fence}`,
      `  ${displayText(text).replaceAll(fence, "'''")}`,
      `  ${fence}`,
    ]),
  ];
}
