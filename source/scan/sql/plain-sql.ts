import { withNames } from '../subject.ts';
/**
 * Prepares the SQL in files of psql and migration tools for the parser: blanks out psql's commands and variables, and down
 * migrations. The text keeps its length, so that offsets stay valid.
 */
export function plainSql(text: string): string {
  return withoutWayBack(text)
    .replace(copiedData, (_, copy: string, data: string) => copy + blank(data))
    .replace(/^([ \t]*)\\(copy\b[^\n]*)(\n|$)/gim, (_, before: string, copy: string) => `${before} ${copy};`)
    .replace(/\\g(?:set|exec|desc|x)?\b[^\n]*$/gm, found => `;${blank(found.slice(1))}`)
    .replace(/^[ \t]*\\[^\n]*/gm, blank)
    .replace(/(?<![:\w]):(?=['"][^'"\n]*['"])/g, ' ')
    .replace(/(?<![:\w]):([A-Za-z_]\w*)/g, (_, name: string) => ` ${name}`);
}

// The rows that follow COPY ... FROM stdin, as pg_dump writes them.
const copiedData = /^([ \t]*COPY\b[^;\\]*\bFROM\s+stdin\b[^;\\]*;[^\n]*\n)([\s\S]*?^\\\.[ \t]*)$/gim;

/** The rows of a COPY ... FROM stdin, each with its fields; empty if they do not follow it. `text` begins with the statement. */
export function copiedRows(text: string): string[][] {
  const [, copy = '', data = ''] = /^(COPY\b[^;\\]*;[^\n]*\n)([\s\S]*?)^\\\.[ \t]*$/im.exec(text) ?? [];
  const between = /\bcsv\b/i.test(copy) ? ',' : '\t';
  return data
    .split('\n')
    .filter(line => line !== '')
    .map(line => line.split(between));
}

const wayBack =
  /^[ \t]*--[ \t]*(?:migrate:down|\+goose Down|\+migrate Down|\+micrate Down|Down Migration|@DOWN|!Downs|={0,3} ?DOWN ?={0,3})[ \t]*$/im;

function withoutWayBack(text: string): string {
  const marker = wayBack.exec(text);
  return marker ? text.slice(0, marker.index) + blank(text.slice(marker.index)) : text;
}

const blank = (found: string) => found.replace(/[^\n]/g, ' ');

/** Whether a text may fill presets with rows that it does not spell out, and so need not name the counter. */
export const fillsPresets = (text: string) => filling().test(text);

const filling = withNames(
  ({ table }) =>
    new RegExp(`\\b(?:copy|into|table|exists)\\s+(?:only\\s+)?(?:"?\\w+"?\\.)?"?${table}\\b`, 'i'),
);

/** True for files that hold a down migration. */
export function isWayBack(file: string): boolean {
  return (
    /(?:^|[._/-])(?:down|rollback|revert|undo)(?:[._-][^/]*)?\.sql$/i.test(file) ||
    /(?:^|\/)(?:down|rollbacks?|reverts?|undo)\//i.test(file)
  );
}

/** The directory whose files are run in order, each building on those before. Prisma has a directory per migration. */
export function sequenceOf(file: string): string {
  const parts = file.split('/');
  const own = /^(?:migration|up)\.sql$/.test(parts.at(-1) ?? '') ? -2 : -1;
  return parts.slice(0, own).join('/');
}
