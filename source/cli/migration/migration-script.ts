import type { Finding } from '../../counter/finding.ts';
import { displayText } from '../../format/text.ts';

/** One line of a comment in a script for psql. */
export const scriptNote = (line: string): string => `-- ${displayText(line)}`.trimEnd();

/** What may surprise after a migration. */
export const surpriseLines = ({ warnings }: { warnings: readonly Finding[] }): string[] =>
  warnings.flatMap(({ message, hint }) => [`Warning: ${message}`, hint]);

interface ScriptPlan {
  statements: readonly string[];
  replaced: readonly string[];
  lacking: readonly string[];
  inspected: { server: { user: string } };
}

/** The end of a plan as a script for psql: which rights are missing, what restores the state before, and the transaction. */
export function scriptEnd({ statements, replaced, lacking, inspected }: ScriptPlan): string[] {
  return [
    ...(lacking.length > 0
      ? [scriptNote(`${inspected.server.user} could not run it: it ${lacking.join(', ')}.`)]
      : []),
    ...(replaced.length > 0
      ? [
          '--',
          scriptNote('This restores what it replaces:'),
          ...replaced.flatMap(statement =>
            `${statement.trimEnd()};`.split('\n').map(line => scriptNote(`  ${line}`)),
          ),
        ]
      : []),
    '',
    'BEGIN TRANSACTION ISOLATION LEVEL READ COMMITTED;',
    '',
    ...statements.flatMap(statement => [`${statement};`, '']),
    'COMMIT;',
  ];
}
