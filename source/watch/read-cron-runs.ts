import type { Reader } from '../connection/transactions.ts';

/** A session that ran a job of pg_cron, and what the job is called: its name, or its number. */
export interface CronRun {
  pid: number;
  job: string;
}

const mayRead = `SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname = 'cron' AND c.relname IN ('job', 'job_run_details')
    AND has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT')`;

// Long enough for the reads that an event lies between. Numbers of sessions are used again.
const runs = `SELECT DISTINCT ON (d.job_pid) d.job_pid AS pid, coalesce(to_jsonb(j) ->> 'jobname', d.jobid::text) AS job
  FROM cron.job_run_details d LEFT JOIN cron.job j ON j.jobid = d.jobid
 WHERE d.job_pid IN (SELECT value::int FROM json_array_elements_text($1::text::json)) AND d.database = current_database()
   AND coalesce(d.end_time, now()) > now() - interval '10 minutes'
 ORDER BY d.job_pid, d.start_time DESC`;

/**
 * The jobs of pg_cron that these sessions ran in the last minutes. None where pg_cron keeps no runs in this database, or this role may
 * not read them; its policy shows a role only its own.
 */
export async function readCronRuns(reader: Reader, pids: readonly number[]): Promise<CronRun[]> {
  const readable = await reader.rows(mayRead);
  return readable.length === 2 ? ((await reader.rows(runs, [JSON.stringify(pids)])) as CronRun[]) : [];
}
