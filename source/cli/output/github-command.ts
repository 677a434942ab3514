import { displayText } from '../../format/text.ts';

/** What GitHub shows of each kind in a step is ten: a headline and these. */
export const mostAnnotations = 9;

/** A workflow command of GitHub Actions. No text begins a command of its own. */
export function githubCommand(
  kind: 'error' | 'warning' | 'notice',
  properties: Readonly<Record<string, string | number>>,
  message: string,
): string {
  const escaped = (text: string) => displayText(text).replaceAll('%', '%25');
  const listed = Object.entries(properties).map(
    ([name, value]) => `${name}=${escaped(String(value)).replaceAll(':', '%3A').replaceAll(',', '%2C')}`,
  );
  return `::${kind} ${listed.join(',')}::${escaped(message)}`;
}
