import type { Reader } from '../connection/transactions.ts';
import {
  type ExtensionTable,
  type ReadableTable,
  readExtensionTables,
} from '../counter/schema/extension-table.ts';

/** A session that ran a job of pg_cron, and what the job is called: its name, or its number. */
export interface CronRun {
  pid: number;
  job: string;
}

const tables: readonly [ExtensionTable, ExtensionTable] = [
  {
    schema: 'cron',
    table: 'job_run_details',
    columns: {
      jobid: ['bigint'],
      runid: ['bigint'],
      job_pid: ['integer'],
      database: ['text'],
      status: ['text'],
      start_time: ['timestamptz'],
      end_time: ['timestamptz'],
    },
  },
  {
    schema: 'cron',
    table: 'job',
    columns: { jobid: ['bigint'], jobname: ['text', 'name'] },
    optional: ['jobname'],
  },
];

// Of millions only the latest are read: an index finds them by their numbers alone. Ten minutes are long enough for the reads that an event
// lies between. Numbers of sessions are used again, and the end of a run that a crash cut off is never written.
const runs = (details: ReadableTable, job: ReadableTable) =>
  `SELECT DISTINCT ON (d.job_pid) d.job_pid AS pid, coalesce(${job.column('j', 'jobname')}::text, d.jobid::text) AS job
  FROM (SELECT * FROM ${details.name} ORDER BY runid DESC LIMIT 1000) d LEFT JOIN ${job.name} j ON j.jobid = d.jobid
 WHERE d.job_pid IN (SELECT value::int FROM json_array_elements_text($1::text::json)) AND d.database = current_database()
   AND CASE WHEN d.end_time IS NULL THEN d.status IN ('starting', 'connecting', 'sending', 'running') AND d.start_time > pg_postmaster_start_time()
            ELSE d.end_time > now() - interval '10 minutes' END
 ORDER BY d.job_pid, d.start_time DESC`;

/**
 * The jobs of pg_cron that these sessions ran in the last minutes, of its latest 1,000 runs. None where pg_cron keeps no runs in this database, or this role may
 * not read them; its policy shows a role only its own.
 */
export async function readCronRuns(reader: Reader, pids: readonly number[]): Promise<CronRun[]> {
  const [details, job] = await readExtensionTables(reader, tables);
  if (!details || !job || details === 'hidden' || job === 'hidden') return [];
  return (await reader.rows(runs(details, job), [JSON.stringify(pids)])) as CronRun[];
}
