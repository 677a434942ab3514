import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** Whether this system tells about processes the way Linux does. */
export const hasProc = existsSync('/proc/self/schedstat');

/** Memory of a process in megabytes (10^6 bytes): now, and the most it ever was. Throws where the process is gone. */
export function memory(pid: number): { now: number; peak: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const megabytes = (field: string) =>
    (Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) * 1024) / 1e6;
  return { now: megabytes('VmRSS'), peak: megabytes('VmHWM') };
}

/**
 * Seconds of processor time a process has used: all its threads together, without those that have ended. Throws where the process is
 * gone. Linux keeps this in nanoseconds as well; in `stat` many kernels count by ticks, and charge a whole one for each time an idle
 * machine is woken up.
 */
export function processorSeconds(pid: number): number {
  const threads = readdirSync(`/proc/${pid}/task`);
  const nanoseconds = threads.map(thread =>
    Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]),
  );
  return nanoseconds.reduce((sum, each) => sum + each, 0) / 1e9;
}
