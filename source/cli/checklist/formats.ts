import { join } from 'node:path';
import { type SourceEvidence, sourceStep, sourceTitle } from '../../checklist/source-evidence.ts';
import type { StepVerdict } from '../../checklist/steps.ts';
import { githubCommand, mostAnnotations } from '../output/github-command.ts';
import { type JunitSuite, type JunitTest, junitDocument } from '../output/junit.ts';
import { checklistsOf, type Evidence, type NotWalked, reportText } from './report.ts';
import { summary } from './text.ts';

/** The formats of `checklist` beside text and JSON; each is made when it is asked for. */
export function checklistFormats(evidence: Evidence, failed: readonly NotWalked[]) {
  return {
    junit: () => junitOf(evidence, failed),
    github: () => githubOf(evidence, failed),
    markdown: () => reportText(evidence, failed).trimEnd(),
  };
}

type Told = Pick<StepVerdict, 'status' | 'evidence' | 'hint'>;

const inWords = ({ evidence, hint }: Told) => `${evidence} ${hint}`.trimEnd();

/** A suite for each counter, with a test for each step, and a suite for the source. A counter that was not walked is an error. */
function junitOf(evidence: Evidence, failed: readonly NotWalked[]): string {
  return junitDocument('checklist', [
    ...checklistsOf(evidence).map(
      ({ counter, steps }): JunitSuite => ({
        name: counter.id,
        ...(steps[0]?.at ? { at: steps[0].at } : {}),
        durationMs: steps.reduce((sum, { durationMs }) => sum + durationMs, 0),
        tests: steps.map(step => ({ ...junitTest(step.title, step), durationMs: step.durationMs })),
      }),
    ),
    ...failed.map(
      ({ id, reason }): JunitSuite => ({
        name: id,
        tests: [{ name: 'the checklist', outcome: { kind: 'error', message: reason } }],
      }),
    ),
    {
      name: sourceTitle,
      tests: [junitTest('Nothing in it writes the count itself', sourceStep(evidence.source))],
    },
  ]);
}

function junitTest(name: string, told: Told): JunitTest {
  if (told.status === 'passed') return { name };
  return {
    name,
    outcome: { kind: told.status === 'failed' ? 'failure' : 'skipped', message: inWords(told) },
  };
}

/**
 * Workflow commands of GitHub Actions: for each counter its sums, as an error if a step failed, and what was seen in each step that
 * did not pass. Where code writes a count itself, the error stands at that line.
 */
function githubOf(evidence: Evidence, failed: readonly NotWalked[]): string {
  const kindOf = ({ status }: Pick<Told, 'status'>) => (status === 'failed' ? 'error' : 'notice');
  return [
    ...checklistsOf(evidence).flatMap(({ counter, steps, failed: wrong }) => [
      githubCommand(wrong > 0 ? 'error' : 'notice', { title: counter.id }, summary(steps)),
      ...steps
        .filter(({ status }) => status !== 'passed')
        .map(step =>
          githubCommand(
            kindOf(step),
            { title: `${counter.id}: ${step.title}` },
            `${step.status === 'skipped' ? 'Skipped. ' : ''}${inWords(step)}`,
          ),
        ),
    ]),
    ...failed.map(({ id, reason }) => githubCommand('error', { title: id }, `Not looked at. ${reason}`)),
    githubCommand(
      kindOf(sourceStep(evidence.source)),
      { title: sourceTitle },
      inWords(sourceStep(evidence.source)),
    ),
    ...writesIn(evidence.source),
  ].join('\n');
}

function writesIn(source: SourceEvidence | null): string[] {
  if (!source) return [];
  const { directory, writes } = source;
  return writes
    .slice(0, mostAnnotations)
    .map(({ file, line, column, kind, text }) =>
      githubCommand('error', { title: kind, file: join(directory, file), line, col: column }, text),
    );
}
