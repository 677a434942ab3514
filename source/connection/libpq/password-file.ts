import { readFileSync, statSync } from 'node:fs';

/** The result of looking in a password file; `notice` says why it was not used. */
interface FoundPassword {
  password: string | undefined;
  notice: string | null;
}

/** Which line of the file to use. */
interface PasswordFor {
  host: string;
  port: number;
  database: string;
  user: string;
  /** True if a line must name this host: a line for any host was not meant for it. */
  byName?: boolean;
}

const nothing: FoundPassword = { password: undefined, notice: null };

/**
 * Looks a password up in libpq's password file. Like libpq it ignores a file that others may read, and the notice says so. The
 * package pgpass is not used: it misses lines of less than 11 characters and an escaped backslash before a colon, only takes
 * its file from the process's environment, and prints its warning itself.
 */
export function findPassword(file: string, wanted: PasswordFor): FoundPassword {
  let text: string;
  try {
    const found = statSync(file);
    // Reading a pipe would block.
    if (!found.isFile()) {
      return { password: undefined, notice: `The password file ${file} was ignored: it is not a file.` };
    }
    if (process.platform !== 'win32' && (found.mode & 0o077) !== 0) {
      return {
        password: undefined,
        notice: `The password file ${file} was ignored, because others can read it: chmod 600 ${file}`,
      };
    }
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return nothing;
    return { password: undefined, notice: `The password file ${file} could not be read.` };
  }
  const values = [
    // A socket in the default directory is listed under this name.
    usualSocketDirectories.includes(wanted.host) ? ['localhost', wanted.host] : [wanted.host],
    [String(wanted.port)],
    [wanted.database],
    [wanted.user],
  ];
  let passedOver = false;
  for (const line of text.split(/\r?\n/)) {
    if (line.startsWith('#')) continue;
    const fields = fieldsOf(line);
    const fits = values.every((allowed, place) => {
      const field = fields[place];
      return field !== undefined && (field.raw === '*' || allowed.includes(field.value));
    });
    if (!fits || fields[4] === undefined) continue;
    if (!wanted.byName || fields[0]?.raw !== '*') return { password: fields[4].value, notice: null };
    passedOver = true;
  }
  if (!passedOver) return nothing;
  return {
    password: undefined,
    notice: `The line for any host (*) in ${file} was ignored: add one that names ${wanted.host}.`,
  };
}

/** The default directories of the server's socket in packages of PostgreSQL. */
export const usualSocketDirectories: readonly string[] = ['/var/run/postgresql', '/run/postgresql', '/tmp'];

/** Four fields that end with a colon, and the password; a backslash escapes the next character. */
function fieldsOf(line: string): { raw: string; value: string }[] {
  const fields = [{ raw: '', value: '' }];
  for (let place = 0; place < line.length; place += 1) {
    const field = fields.at(-1);
    if (!field) break;
    if (line[place] === ':' && fields.length < 5) {
      fields.push({ raw: '', value: '' });
      continue;
    }
    const escaped = line[place] === '\\' && place + 1 < line.length;
    if (escaped) place += 1;
    field.raw += escaped ? `\\${line[place]}` : line[place];
    field.value += line[place];
  }
  return fields;
}
