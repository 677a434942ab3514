/**
 * SQL as psql and migration tools keep it in files, made fit for the parser: psql's own lines and variables, and what a
 * tool would run only to go back. The text keeps its length, so that offsets hold.
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

/** Files that hold the way back of a migration. */
export function isWayBack(file: string): boolean {
  return (
    /(?:^|[._/-])(?:down|rollback|revert|undo)(?:[._-][^/]*)?\.sql$/i.test(file) ||
    /(?:^|\/)(?:down|rollbacks?|reverts?|undo)\//i.test(file)
  );
}

/** The directory whose files are run one after another, each knowing those before it: Prisma has one for each migration. */
export function sequenceOf(file: string): string {
  const parts = file.split('/');
  const own = /^(?:migration|up)\.sql$/.test(parts.at(-1) ?? '') ? -2 : -1;
  return parts.slice(0, own).join('/');
}
