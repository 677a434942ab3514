import { readFile } from 'node:fs/promises';
import postgres from 'postgres';
import { startEmbedded } from './server.ts';

/** A separate server that looks like a Supabase project, because roles belong to a whole server. */
export interface Supabase {
  /** As the superuser supabase_admin. */
  sql: postgres.Sql;
  /** The URL of a role that may log in; all of them have the same password. */
  urlAs(role: string): string;
  stop(): Promise<void>;
}

/** Starts the stand-in: `postgres` owns the tables but is not a superuser. */
export async function startSupabase(): Promise<Supabase> {
  const server = await startEmbedded();
  const urlAs = (role: string, password = 'secret') => {
    const url = new URL(server.url);
    url.username = role;
    url.password = password;
    return url.href;
  };
  const first = postgres(server.url, { max: 1 });
  // The role that created the server stays a superuser, and a role cannot rename itself.
  await first`CREATE ROLE mover SUPERUSER LOGIN PASSWORD 'secret'`;
  await first.end();
  const mover = postgres(urlAs('mover'), { max: 1 });
  await mover`ALTER ROLE postgres RENAME TO supabase_admin`;
  await mover`ALTER ROLE supabase_admin PASSWORD 'secret'`;
  await mover.end();
  const sql = postgres(urlAs('supabase_admin'), { max: 2, onnotice: () => {} });
  await sql`DROP ROLE mover`;
  await sql.unsafe(await readFile(new URL('supabase.sql', import.meta.url), 'utf8')).simple();
  return {
    sql,
    urlAs: role => urlAs(role),
    async stop() {
      await sql.end();
      await server.stop();
    },
  };
}
