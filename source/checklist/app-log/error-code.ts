// The classes of PostgreSQL's SQLSTATEs but for success, warnings and "no data".
const sqlState = '(?:0[389ABFLPZ]|2[0-8BDF]|3[489BDF]|4[024]|5[34578]|72|F0|HV|P0|XX)[0-9A-Z]{3}';
const code = new RegExp(
  `^(?:${sqlState}|PGRST\\d{1,3}|P[12]\\d{3}|E(?:CONN|PIPE|HOST|NET|TIMEDOUT|AI_)\\w*)$`,
);
const inText =
  /(?:\b["']?(?:code|sqlstate|state_code|sql_state_code)["']?\s*[:=]\s*["'](\w{4,12})["']|\bSQLSTATE\b\W{1,3}(\w{5}))/i;

/** True for the code of an error: a SQLSTATE, or one of PostgREST, Prisma or the network. */
export const isErrorCode = (value: unknown): boolean => typeof value === 'string' && code.test(value);

/** True if a text has the code of an error as a field: `code: '42501'`, `"code":"PGRST301"` or `SQLSTATE[42501]`. */
export function hasErrorCode(text: string): boolean {
  const found = inText.exec(text.slice(0, 4_000));
  return isErrorCode(found?.[1] ?? found?.[2]);
}
