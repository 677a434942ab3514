import type { Config } from '../../config/config.ts';
import { amount } from '../../format/plurals.ts';
import type { RepairProgress } from '../../repair/repair.ts';

// In milliseconds: a shorter audit needs no progress.
const patience = 500;
let shown = false;

/** Shows the progress of a long audit on standard error, where a person is watching. */
export function auditProgress(config: Config): (done: number, presets: number) => void {
  const since = performance.now();
  return (done, presets) => {
    if (config.json || !process.stderr.isTTY || performance.now() - since < patience) return;
    shown = true;
    process.stderr.write(`\r${Math.min(100, Math.floor((done / Math.max(1, presets)) * 100))} % audited`);
  };
}

/** Prints a line on standard error for each step of a checklist, unless the output is JSON or --quiet asks for none. */
export function stepProgress({ json, quiet }: Config): (line: string) => void {
  return line => {
    if (!json && !quiet) process.stderr.write(`${line}\n`);
  };
}

/** Shows the progress and the cost of a repair on standard error, where a person is watching. */
export function repairProgressLines(config: Config): {
  say(text: string): void;
  progress(progress: RepairProgress): void;
} {
  const since = performance.now();
  return {
    say: text => void process.stderr.write(`${text}\n`),
    progress({ done, presets, records, allRecords, longestHeld, waits, remaining }) {
      if (config.json || !process.stderr.isTTY || performance.now() - since < patience) return;
      shown = true;
      const ofRecords = allRecords > 0 ? `, ${records} of ${allRecords} records` : '';
      const left = remaining === null ? '' : `, about ${Math.ceil(remaining / 1000)} s left`;
      process.stderr.write(
        `\r\u001b[K${done} of ${presets} presets${ofRecords}${left}; rows locked for at most ${longestHeld.toFixed(0)} ms, ${amount(waits, 'wait')}`,
      );
    },
  };
}

/** Removes the line of progress. */
export function clearProgress(): void {
  if (shown) process.stderr.write('\r\u001b[K');
  shown = false;
}
