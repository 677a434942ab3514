import { readFileSync, statSync } from 'node:fs';

/** What a password file has to say; `notice` is why it was not used. */
interface FoundPassword {
  password: string | undefined;
  notice: string | null;
}

/** Which line of the file is meant. */
interface PasswordFor {
  host: string;
  port: number;
  database: string;
  user: string;
  /** True where a line counts only if it names this host: one that is for any host was not meant for it. */
  byName?: boolean;
}

const nothing: FoundPassword = { password: undefined, notice: null };

/**
 * Looks a password up in libpq's file of passwords. A file that others may read is not used, as libpq does not, and the notice
 * says so. Not the package pgpass: it misses lines of less than 11 characters and an escaped backslash before a colon, takes
 * its file from the process's environment alone, and writes its warning by itself.
 */
export function findPassword(file: string, wanted: PasswordFor): FoundPassword {
  let text: string;
  try {
    const found = statSync(file);
    // A pipe would be waited for.
    if (!found.isFile()) {
      return { password: undefined, notice: `The password file ${file} was not used: it is not a file.` };
    }
    if (process.platform !== 'win32' && (found.mode & 0o077) !== 0) {
      return {
        password: undefined,
        notice: `The password file ${file} was not used, because others may read it: chmod 600 ${file}`,
      };
    }
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return nothing;
    return { password: undefined, notice: `The password file ${file} could not be read.` };
  }
  const values = [
    // A socket in the usual place stands under this name.
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
    notice: `The line for any host (*) in ${file} was not used: write one that names ${wanted.host}.`,
  };
}

/** Where packages of PostgreSQL put the server's socket. */
export const usualSocketDirectories: readonly string[] = ['/var/run/postgresql', '/run/postgresql', '/tmp'];

/** Four fields that end with a colon, and the password; a backslash takes the letter after it as it is. */
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
