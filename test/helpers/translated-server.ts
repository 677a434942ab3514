import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import postgres from 'postgres';
import type { TestOptions } from 'vitest';
import { installedVersions, startInstalled } from './installed-server.ts';
import { needs } from './needs.ts';
import { quickDirectory } from './quick-directory.ts';
import type { TestServer } from './server.ts';
import { waitFor } from './wait.ts';

const version = 15;
const locale = 'de_DE.UTF-8';
const messages = `/usr/share/locale/de/LC_MESSAGES/postgres-${version}.mo`;
const source = '/usr/share/i18n/locales/de_DE';

/** Options for tests on a server that speaks German. */
export function needsGerman(): TestOptions {
  return needs(
    installedVersions().has(version) && existsSync(messages) && (isKnown() || existsSync(source)),
    `There is no PostgreSQL ${version} with German messages (${messages}) and the locale ${locale}. Install postgresql-${version} and locales.`,
  );
}

/** Starts a PostgreSQL whose messages are German; null where `needsGerman` skips. */
export async function startGerman(): Promise<TestServer | null> {
  if (isKnown()) return speakingGerman(await startInstalled(version));
  // The locale is made from its source, in a directory of this run.
  const directory = quickDirectory('locales-');
  execFileSync('chmod', ['755', directory]);
  execFileSync('localedef', ['-i', 'de_DE', '-f', 'UTF-8', join(directory, locale)], { stdio: 'pipe' });
  return speakingGerman(await startInstalled(version, [], { LOCPATH: directory }));
}

/** Not from its beginning: that it is ready is read in its log. */
async function speakingGerman(server: TestServer | null): Promise<TestServer | null> {
  if (server === null) return null;
  const sql = postgres(server.url, { max: 1, onnotice: () => {} });
  const said = async () => (await sql`SHOW lc_messages`)[0]?.lc_messages;
  await sql.unsafe(`ALTER SYSTEM SET lc_messages = '${locale}'`);
  await sql`SELECT pg_reload_conf()`;
  await waitFor(async () => (await said()) === locale, 'the server to speak German');
  await sql.end();
  return server;
}

function isKnown(): boolean {
  return /^de_DE\.utf-?8$/im.test(execFileSync('locale', ['-a'], { encoding: 'utf8', stdio: 'pipe' }));
}
