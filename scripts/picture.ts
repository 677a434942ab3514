import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { startDemo } from './demo-terminal.ts';
import { terminalSvg } from './terminal-svg.ts';

const documents = new URL('../docs/', import.meta.url);
const { terminal, press, until } = startDemo({ cols: 110, rows: 30 });

/** Writes docs/NAME.svg from what the screen shows. */
async function take(name: string, title: string): Promise<void> {
  const file = new URL(`${name}.svg`, documents);
  await writeFile(file, terminalSvg(terminal, title));
  console.log(`Wrote ${fileURLToPath(file)}`);
}

await until(/presets {2}\d+ accurate/);
// Mismatches are on top; the cursor goes away from the most interesting row.
press('jjj');
await until(/^Presets {2}4 of/m);
// Causes are looked for after the first audit.
await until(/Mismatch +counted twice/);
// A use that was just counted is shown next to its preset.
await until(/\d \+\d+ /);
await take('console', 'The console: every preset with its count, its records and a badge');

press('/Cyberpunk\r');
await until(/1 of 1/);
press('\r');
await until(/\(likely\)[\s\S]*All records[\s\S]*Top users/);
await take('diagnosis', 'A preset: the cause of its mismatch, how certain it is, and the evidence');

press('t');
await until(/What writes the count/);
await take('trigger', 'The trigger: its health, and everything that writes the count');

press('\u001b');
await until(/1 of 1/);
press('u');
await until(/Row locked/);
await take('simulation', 'A simulation: two uses in a row, each counted once, rolled back');

press('\u001b');
await until(/1 of 1/);
press('S');
await until(/Fingerprint/);
await take('plan', 'The plan of a sync: every count before and after');
process.exit();
