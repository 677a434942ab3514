/** Where a database error happened, in the words that its sentences need. Never holds a password. */
export interface ServerAddress {
  host: string;
  port: number;
  database: string;
  user: string;
  /** In seconds, as in `--timeout`. */
  timeout: number;
  /** True for the embedded demo, which has no host worth naming. */
  demo: boolean;
  /** Where the password came from, if not with the address; or why a password file was not used. */
  readonly passwordNotice?: string | null;
  /** Whether the last connection was encrypted, and whether a client's certificate was ready for it; undefined before there is one. */
  readonly encrypted?: boolean | undefined;
  readonly certified?: boolean | undefined;
  /** The file of the working directory that names the server, where one does. */
  readonly namedBy?: string | undefined;
  /** What named this database, such as `DATABASE_URL in .env`. */
  readonly source?: string;
}

/** What a user sees of an error: what happened, and what to do. */
export interface ErrorText {
  code: string;
  message: string;
  hint: string;
}

/** The address to show; a unix socket is named by its directory. */
export function addressOf(host: string, port: number): string {
  if (/^[/@]/.test(host)) return host;
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** Where the address came from, in brackets; nothing where that is not known. */
export function fromOf({ source }: ServerAddress): string {
  return source === undefined ? '' : ` (from ${source})`;
}

/** What there is to say about the password, as another sentence. */
export function noticeOf({ passwordNotice }: ServerAddress): string {
  return passwordNotice ? ` ${passwordNotice}` : '';
}
