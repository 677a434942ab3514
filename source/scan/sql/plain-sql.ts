/**
 * Prepares the SQL in files of psql and migration tools for the parser: blanks out psql's commands and variables, and down
 * migrations. The text keeps its length, so that offsets stay valid.
 */
export function plainSql(text: string): string {
  return withoutWayBack(text)
    .replace(/\\g(?:set|exec|desc|x)?\b[^\n]*$/gm, found => `;${blank(found.slice(1))}`)
    .replace(/^[ \t]*\\[^\n]*/gm, blank)
    .replace(/(?<![:\w]):(?=['"][^'"\n]*['"])/g, ' ')
    .replace(/(?<![:\w]):([A-Za-z_]\w*)/g, (_, name: string) => ` ${name}`);
}

const wayBack =
  /^[ \t]*--[ \t]*(?:migrate:down|\+goose Down|\+migrate Down|\+micrate Down|Down Migration|@DOWN|!Downs|={0,3} ?DOWN ?={0,3})[ \t]*$/im;

function withoutWayBack(text: string): string {
  const marker = wayBack.exec(text);
  return marker ? text.slice(0, marker.index) + blank(text.slice(marker.index)) : text;
}

const blank = (found: string) => found.replace(/[^\n]/g, ' ');

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
