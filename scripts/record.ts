// Records a real run of the console on its demo: as a cast, which asciinema plays, and as a moving picture of some of its screens.
import { writeFile } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import packageFile from '../package.json' with { type: 'json' };
import { startDemo } from './demo-terminal.ts';
import { animatedSvg, drawScreen, type Frame } from './terminal-svg.ts';

const size = { cols: 110, rows: 30 };
const title = `preset-usage ${packageFile.version} on its demo`;
// What somebody who watches needs to read a screen.
const reading = 2_500;

const started = performance.now();
const events: string[] = [];
const { terminal, press, until, ended } = startDemo(size, text => {
  const seconds = Number(((performance.now() - started) / 1_000).toFixed(3));
  events.push(JSON.stringify([seconds, 'o', text]));
});
const frames: Frame[] = [];

/** Waits for a screen, takes it into the picture, and leaves time to read it. */
async function show(wanted: RegExp): Promise<void> {
  await until(wanted);
  frames.push({ drawn: drawScreen(terminal), seconds: reading / 1_000 });
  await setTimeout(reading);
}

/** Types as a person does. */
async function type(keys: string): Promise<void> {
  for (const key of keys) {
    press(key);
    await setTimeout(150);
  }
}

await until(/presets {2}\d+ accurate/);
await type('jjj');
// Causes are looked for after the first audit.
await show(/^Presets {2}4 of[\s\S]*Mismatch +counted twice/m);

await type('/Cyberpunk\r');
await until(/1 of 1/);
await type('\r');
await show(/\(likely\)(?![\s\S]*Reading its records)/);

await type('t');
await show(/What writes the count/);

await type('\u001b');
await until(/1 of 1/);
await type('u');
await show(/Row locked/);

await type('\u001b');
await until(/1 of 1/);
await type('S');
await show(/Fingerprint/);

await type('\u001b');
await until(/1 of 1/);
await type('\u001b');
await until(/ of 2\d\d/);
await type('?');
await show(/Keys/);
await type('qq');
if (await Promise.race([ended.then(() => false), until(/^Quit\?/m).then(() => true)])) press('y');
await ended;

const header = {
  version: 2,
  width: size.cols,
  height: size.rows,
  idle_time_limit: 2.5,
  title,
  env: { TERM: 'xterm-256color' },
};
await write('recording.cast', `${[JSON.stringify(header), ...events].join('\n')}\n`);
await write('recording.svg', animatedSvg(terminal, title, frames));
process.exit();

async function write(name: string, text: string): Promise<void> {
  const file = new URL(`../docs/${name}`, import.meta.url);
  await writeFile(file, text);
  console.log(`Wrote ${fileURLToPath(file)}`);
}
