// What the single executable runs: it unpacks the program, because modules, WebAssembly and native code are read from files, and
// starts it there. See scripts/executable.ts.

import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { join, sep } from 'node:path';
import { getAssetKeys, getRawAsset } from 'node:sea';
import { pathToFileURL } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { refuse } from './refuse.ts';
import { privateDirectories, unpack } from './unpack.ts';

/** The version and a fingerprint of what is packed, such as `0.1.0-3f9a1c20`; the build defines it. */
declare const PACKED: string;

const places = privateDirectories(process.env, homedir()).map(directory => join(directory, PACKED));
const assets = getAssetKeys().map(path => ({ path, bytes: new Uint8Array(getRawAsset(path)) }));
const unpacked = unpack(assets, places);

if ('problem' in unpacked) {
  refuse(
    'cannot-unpack',
    `preset-usage cannot unpack itself: ${unpacked.problem}.`,
    'Set XDG_CACHE_HOME to a directory of your own that can be written.',
  );
} else {
  // Here `import` and `require` find only modules of Node's, so this file imports the program.
  const load = createRequire(join(unpacked.directory, 'load.cjs'))('./load.cjs');
  void load(pathToFileURL(entry(unpacked.directory)).href);
}

/** The file to start. A process that the program forks runs this executable as well, with V8's flags and a file of the program. */
function entry(directory: string): string {
  const own = join(directory, 'dist');
  const file = process.argv.at(-1) ?? '';
  if (!process.connected || !file.startsWith(`${own}${sep}`)) return join(own, 'cli.js');
  // Those of Node it does not know, and tells that to a standard error that nobody reads.
  for (const word of process.argv.slice(2, -1)) setFlagsFromString(word);
  return file;
}
