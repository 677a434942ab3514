// The server writes a view's definition with unquoted names in lower case and keywords in upper case.
const id = `(?:"(?:[^"]|"")+"|[a-z_][a-z0-9_$]*)`;
const item = String.raw`${id}(?:\s*\.\s*${id})*`;
const simple = new RegExp(
  String.raw`^\s*SELECT\s+${item}(?:\s*,\s*${item})*\s+FROM\s+${item}(?:\s+${id})?\s*;?\s*$`,
);

/**
 * True for the definition (`pg_get_viewdef`) of a view that shows columns and all rows of one table unchanged: no condition, no
 * expression, no alias, no ONLY. Then the table can be used instead of the view.
 */
export function isSimpleView(definition: string): boolean {
  return simple.test(definition);
}
