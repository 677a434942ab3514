import { type SourceEvidence, sourceStep } from '../../checklist/source-evidence.ts';
import { type ChecklistStep, tally } from '../../checklist/steps.ts';

/** How many steps passed, failed and were skipped, which ones, in one sentence. */
export function summary(steps: readonly Pick<ChecklistStep, 'id' | 'status'>[]): string {
  const { passed, failed, skipped } = tally(steps);
  const named = (status: ChecklistStep['status']) =>
    steps
      .filter(step => step.status === status)
      .map(({ id }) => id)
      .join(', ');
  return [
    `${passed} passed`,
    failed > 0 ? `${failed} failed (${named('failed')})` : '0 failed',
    skipped > 0 ? `${skipped} skipped (${named('skipped')}); skipped is not passed.` : '0 skipped.',
  ].join(', ');
}

/** Each step with its evidence and what to do. */
export function stepLines(steps: readonly ChecklistStep[]): string[] {
  return steps.flatMap(({ title, status, understood, evidence, hint }, index) => [
    '',
    `${index + 1}. ${title}: ${understood === false ? 'not understood' : status}`,
    `   ${evidence}`,
    ...(hint === '' ? [] : [`   ${hint}`]),
  ]);
}

/** The source beside the steps: it is evidence of its own, and no step of the list. */
export function sourceLines(source: SourceEvidence | null): string[] {
  const { evidence, hint } = sourceStep(source);
  if (!source) return [`Source: ${evidence} ${hint}`];
  const { writes } = source;
  return [
    `Source: ${evidence}`,
    ...writes
      .slice(0, mostWrites)
      .flatMap(({ file, line, kind, text }) => [`   ${file}:${line} ${kind}`, `      ${text}`]),
    ...(writes.length > mostWrites ? [`   and ${writes.length - mostWrites} more`] : []),
    ...(hint === '' ? [] : [`   ${hint}`]),
  ];
}

const mostWrites = 20;
