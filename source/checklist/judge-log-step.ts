import { amount } from '../format/plurals.ts';
import { type About, aboutPresets } from './about.ts';
import type { LogReading } from './app-log/read-log.ts';
import type { StepVerdict } from './steps.ts';

/** A log of which less is understood may hide errors. */
const leastUnderstood = 0.9;

/** True if so little of a log is in a known format that "no errors" would say nothing. */
export function isNotUnderstood({
  entries,
  understood,
}: Pick<LogReading, 'entries' | 'understood'>): boolean {
  return understood < entries * leastUnderstood;
}

/** Step 6, from the application's log since `since` (milliseconds since 1970); `server` says what the server counts. */
export function judgeLogStep(
  reading: LogReading,
  since: number,
  server: string,
  { topic, lost }: About = aboutPresets,
): StepVerdict {
  const { files, lines, entries, understood, errors } = reading;
  const names = files.join(', ');
  const read = `${amount(lines, 'line')} of ${names} since ${new Date(since).toISOString()}`;
  const unclear = isNotUnderstood(reading);
  const share = `Only ${understood} of ${amount(entries, 'entry', 'entries')} of ${names} are in a format that this console understands, so errors may be missing.`;
  if (errors > 0) {
    const seen = errorsFound(reading, read, topic);
    return {
      status: 'failed',
      evidence: [seen, ...(unclear ? [share] : []), server].join(' '),
      hint:
        reading.aboutUsage > 0
          ? `Start with those about ${topic}: each may be a lost ${lost.replace(/^an? /, '')}.`
          : `None of them names ${topic}; check whether ${lost} was being made when they happened.`,
      query: null,
      ...(unclear ? { understood: false } : {}),
    };
  }
  if (entries === 0) {
    const hint = 'Give a log of the time in question with --app-log FILE.';
    return { status: 'skipped', evidence: `${names} is empty. ${server}`, hint, query: null };
  }
  if (unclear) {
    return {
      status: 'failed',
      evidence: `Not understood. ${share} ${server}`,
      hint: exportAgain,
      query: null,
      understood: false,
    };
  }
  if (reading.firstDoubtful) {
    const { file, line, text } = reading.firstDoubtful;
    const lines = amount(reading.doubtful, `line about ${topic} speaks`, `lines about ${topic} speak`);
    const evidence = `No errors in ${read}, but ${lines} of trouble without a level: ${file}:${line} ${text}. ${server}`;
    return {
      status: 'skipped',
      evidence,
      hint: `Decide by reading whether ${lost} was lost there; this console cannot tell.`,
      query: null,
    };
  }
  return { status: 'passed', evidence: `No errors in ${read}. ${server}`, hint: '', query: null };
}

const exportAgain =
  'Export the log as JSON lines or CSV with a level, or search it by hand for errors. docs/json.md lists the formats.';

function errorsFound({ errors, aboutUsage, problems }: LogReading, read: string, topic: string): string {
  const shown = problems.slice(0, 5).map(({ file, line, text }) => `${file}:${line} ${text}`);
  return `${amount(errors, 'error')}, ${aboutUsage} of them about ${topic}, in ${read}: ${shown.join(' | ')}${errors > shown.length ? ' | and more' : ''}.`;
}
