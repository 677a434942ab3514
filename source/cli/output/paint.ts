import { styleText } from 'node:util';

type Style = Parameters<typeof styleText>[0];
type Styles = Readonly<Record<string, Style>>;

const severities: Styles = { error: ['red', 'bold'], warning: ['yellow', 'bold'], info: 'cyan' };
const statuses: Styles = { passed: 'green', failed: ['red', 'bold'], skipped: 'yellow' };

/**
 * Colours a command's text: its severities, the status of each step, and the verdict, which is its second line, after the one that
 * names the database. A colour only repeats what a word says.
 */
export function paint(text: string, exitCode: number): string {
  const word = (styles: Styles, text: string) => styleText(styles[text] ?? 'reset', text, always);
  return text
    .split('\n')
    .map((line, index) => {
      if (index === 1 && line !== '')
        return styleText(exitCode === 0 ? 'green' : ['red', 'bold'], line, always);
      return line
        .replace(/^( *)(error|warning|info)\b/, (_, indent, severity) => indent + word(severities, severity))
        .replace(/(: )(passed|failed|skipped)$/, (_, colon, status) => colon + word(statuses, status));
    })
    .join('\n');
}

const always = { validateStream: false };
