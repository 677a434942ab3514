import type { Config } from '../config.ts';

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

/** Takes the line of `auditProgress` away again. */
export function clearProgress(): void {
  if (shown) process.stderr.write('\r\u001b[K');
  shown = false;
}
