const field = /[\w.@-]+=(?:"(?:[^"\\]|\\.)*"|[^\s"]*)\s+/.source;

/**
 * Makes a reader of the first of the fields `names` in a line such as `level=error msg="no table"`; null if the line lacks them.
 * It goes field by field from the start, so that text in a value is not mistaken for a field.
 */
export function logfmtReader(names: readonly string[]): (line: string) => string | null {
  const pattern = new RegExp(`^\\s*(?:${field})*(?:${names.join('|')})=(?:"([^"]*)"|([^\\s"]+))(?=\\s|$)`);
  return line => {
    const found = pattern.exec(line);
    return found?.[1] ?? found?.[2] ?? null;
  };
}
