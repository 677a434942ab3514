import type { Config } from '../../config/config.ts';
import type { RepairProgress } from '../../repair/repair.ts';

// An audit that is over sooner needs no line about how far it is.
const patience = 500;
let shown = false;

/** Says on standard error how far an audit is, where a person is watching and it takes long enough to be worth a line. */
export function auditProgress(config: Config): (done: number, presets: number) => void {
  const since = performance.now();
  return (done, presets) => {
    if (config.json || !process.stderr.isTTY || performance.now() - since < patience) return;
    shown = true;
    process.stderr.write(`\r${Math.min(100, Math.floor((done / Math.max(1, presets)) * 100))} % audited`);
  };
}

/** Says on standard error which step of a checklist runs and how it ended, a line each, while a person reads. */
export function stepProgress(config: Config): (line: string) => void {
  return line => {
    if (!config.json) process.stderr.write(`${line}\n`);
  };
}

/** Says on standard error how far a repair is and what it costs, where a person is watching. */
export function repairTalk(config: Config): {
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
        `\r\u001b[K${done} of ${presets} presets${ofRecords}${left}; rows held ${longestHeld.toFixed(0)} ms at most, ${waits} waits`,
      );
    },
  };
}

/** Takes the line of `auditProgress` away again. */
export function clearProgress(): void {
  if (shown) process.stderr.write('\r\u001b[K');
  shown = false;
}
