// As the server writes a view's definition: names that need no quotes are in lower case, its keywords in upper case.
const id = `(?:"(?:[^"]|"")+"|[a-z_][a-z0-9_$]*)`;
const item = String.raw`${id}(?:\s*\.\s*${id})*`;
const simple = new RegExp(
  String.raw`^\s*SELECT\s+${item}(?:\s*,\s*${item})*\s+FROM\s+${item}(?:\s+${id})?\s*;?\s*$`,
);

/**
 * True for the definition (`pg_get_viewdef`) of a view that shows columns of one table as they are, all of its rows: no
 * condition, no expression, no other name, and with what inherits from it. Then the table may stand for the view.
 */
export function isSimpleView(definition: string): boolean {
  return simple.test(definition);
}
