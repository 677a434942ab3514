import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import pty from '@lydell/node-pty';
import { Unicode11Addon } from '@xterm/addon-unicode11';
import xterm from '@xterm/headless';
import { terminalSvg } from './terminal-svg.ts';

const program = fileURLToPath(new URL('../dist/cli.js', import.meta.url));
const documents = new URL('../docs/', import.meta.url);
const size = { cols: 110, rows: 30 };
// The demo starts in 2 to 4 s.
const patience = 60_000;

const { PATH = '', HOME = '', TMPDIR = tmpdir() } = process.env;
const terminal = new xterm.Terminal({ ...size, allowProposedApi: true, scrollback: 0 });
terminal.loadAddon(new Unicode11Addon());
terminal.unicode.activeVersion = '11';
// Started without a .env and with an environment that names no database, so that it opens the demo.
const child = pty.spawn(process.execPath, [program], {
  ...size,
  cwd: TMPDIR,
  // A plan shows where its receipt goes, so this must not be a real user's directory.
  env: {
    PATH,
    HOME,
    TMPDIR,
    TERM: 'xterm-256color',
    LANG: 'C.UTF-8',
    XDG_STATE_HOME: '/home/you/.local/state',
  },
});
const changed = new EventTarget();
child.onData(data => terminal.write(data, () => changed.dispatchEvent(new Event('drawn'))));
terminal.onData(answer => child.write(answer));
process.once('exit', () => child.kill('SIGKILL'));

function screen(): string {
  const { active } = terminal.buffer;
  return Array.from({ length: size.rows }, (_, row) =>
    active.getLine(active.viewportY + row)?.translateToString(true),
  ).join('\n');
}

/** Resolves once the screen shows `wanted`; rejects with the current screen if that takes too long. */
function until(wanted: RegExp): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`The console did not show ${wanted}. It shows:\n${screen()}`)),
      patience,
    );
    const look = () => {
      if (!wanted.test(screen())) return;
      clearTimeout(timer);
      changed.removeEventListener('drawn', look);
      resolve();
    };
    changed.addEventListener('drawn', look);
    look();
  });
}

/** Writes docs/NAME.svg from what the screen shows. */
async function take(name: string, title: string): Promise<void> {
  const file = new URL(`${name}.svg`, documents);
  await writeFile(file, terminalSvg(terminal, title));
  console.log(`Wrote ${fileURLToPath(file)}`);
}

await until(/presets {2}\d+ accurate/);
// Mismatches are on top; the cursor goes away from the most interesting row.
child.write('jjj');
await until(/^Presets {2}4 of/m);
// Causes are looked for after the first audit.
await until(/Mismatch +counted twice/);
// A use that was just counted is shown next to its preset.
await until(/\d \+\d+ /);
await take('console', 'The console: every preset with its count, its records and a badge');

child.write('/Cyberpunk\r');
await until(/1 of 1/);
child.write('\r');
await until(/\(likely\)(?![\s\S]*Reading its records)/);
await take('diagnosis', 'A preset: the cause of its mismatch, how certain it is, and the evidence');

child.write('t');
await until(/What writes the count/);
await take('trigger', 'The trigger: its health, and everything that writes the count');

child.write('\u001b');
await until(/1 of 1/);
child.write('u');
await until(/Row locked/);
await take('simulation', 'A simulation: two uses in a row, each counted once, rolled back');

child.write('\u001b');
await until(/1 of 1/);
child.write('S');
await until(/Fingerprint/);
await take('plan', 'The plan of a sync: every count before and after');
process.exit();
