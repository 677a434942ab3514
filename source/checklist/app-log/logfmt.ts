const field = /[\w.@-]+=(?:"(?:[^"\\]|\\.)*"|[^\s"]*)\s+/.source;

/**
 * Makes a reader of the first field in `names` of a line such as `level=error msg="no table"`; null where it has none.
 * It goes field by field from the start, so that a value is not taken for a field.
 */
export function logfmtReader(names: readonly string[]): (line: string) => string | null {
  const pattern = new RegExp(`^\\s*(?:${field})*(?:${names.join('|')})=(?:"([^"]*)"|([^\\s"]+))(?=\\s|$)`);
  return line => {
    const found = pattern.exec(line);
    return found?.[1] ?? found?.[2] ?? null;
  };
}
