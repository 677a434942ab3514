// Makes the single executable of this platform, in executable/: this Node with the built program in it.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import packageFile from '../package.json' with { type: 'json' };
import { oldestNode } from './oldest-node.ts';
import { packedFiles } from './packed-files.ts';

const root = fileURLToPath(new URL('..', import.meta.url)).slice(0, -1);
const windows = process.platform === 'win32';
const macos = process.platform === 'darwin';
const executable = join(
  root,
  'executable',
  `preset-usage-${windows ? 'windows' : macos ? 'macos' : process.platform}-${process.arch}${windows ? '.exe' : ''}`,
);
const work = mkdtempSync(join(tmpdir(), 'executable-'));
process.once('exit', () => rmSync(work, { recursive: true, force: true }));

const assets: Record<string, string> = Object.fromEntries(
  packedFiles(root).map(file => [file, join(root, file)]),
);
assets['node-license.txt'] = nodeLicense();
assets['load.cjs'] = join(work, 'load.cjs');
writeFileSync(assets['load.cjs'], 'module.exports = file => import(file);\n');
const fingerprint = createHash('sha256');
for (const [path, file] of Object.entries(assets)) fingerprint.update(`${path}\n`).update(readFileSync(file));

await build({
  absWorkingDir: root,
  entryPoints: ['source/cli/executable.ts'],
  outfile: join(work, 'start.cjs'),
  bundle: true,
  format: 'cjs',
  platform: 'node',
  target: `node${oldestNode}`,
  minify: true,
  define: { PACKED: JSON.stringify(`${packageFile.version}-${fingerprint.digest('hex').slice(0, 8)}`) },
  logLevel: 'warning',
});
const config = {
  main: join(work, 'start.cjs'),
  output: join(work, 'program.blob'),
  disableExperimentalSEAWarning: true,
  // NODE_OPTIONS is meant for other programs than this.
  execArgvExtension: 'none',
  assets,
};
writeFileSync(join(work, 'config.json'), JSON.stringify(config));
execFileSync(process.execPath, ['--experimental-sea-config', join(work, 'config.json')], { stdio: 'pipe' });

mkdirSync(dirname(executable), { recursive: true });
rmSync(executable, { force: true });
copyFileSync(process.execPath, executable);
chmodSync(executable, 0o755);
// A signature holds no longer, and macOS starts nothing without one.
if (macos) execFileSync('codesign', ['--remove-signature', executable]);
// Under the name and the mark that Node looks for.
execFileSync(
  process.execPath,
  [
    join(root, 'node_modules/postject/dist/cli.js'),
    ...[executable, 'NODE_SEA_BLOB', config.output],
    ...['--sentinel-fuse', 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2'],
    ...(macos ? ['--macho-segment-name', 'NODE_SEA'] : []),
  ],
  { stdio: 'pipe' },
);
if (macos) execFileSync('codesign', ['--sign', '-', executable]);

const env = { ...process.env, XDG_CACHE_HOME: work };
const version = execFileSync(executable, ['--version'], { encoding: 'utf8', env }).trim();
if (version !== packageFile.version) throw new Error(`${executable} says it is ${version}.`);
console.log(`Wrote ${executable}`);

/** Copies of Node have to come with its license. */
function nodeLicense(): string {
  const home = dirname(realpathSync(process.execPath));
  // As the package `node` from npm has it, as an archive for Linux and macOS, and as one for Windows.
  const packages = join(home, '../node_modules');
  const places = [
    ...(existsSync(packages) ? readdirSync(packages).map(name => join(packages, name)) : []),
    join(home, '..'),
    home,
  ];
  const found = places.map(place => join(place, 'LICENSE')).find(existsSync);
  if (found === undefined)
    throw new Error(`The license of Node is not beside ${process.execPath}. Run npm ci.`);
  return found;
}
