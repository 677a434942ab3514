#!/usr/bin/env node
import nodeModule from 'node:module';
import { setFlagsFromString } from 'node:v8';
import { startEarly } from '../scan/child/scan-process.ts';
import { refuse } from './refuse.ts';

/** The oldest Node that this runs on, as package.json says it; the build defines it. */
declare const OLDEST_NODE: string;
/** The file of what both the start and other files of the program need; the build defines it. */
declare const SHARED_FILE: string;

// Receipts are compressed with zstd, which Node 23 has had since this version.
const oldestOf23 = '23.8';

const { node } = process.versions;
const isEarly23 = node.startsWith('23.') && isOlder(node, oldestOf23);
if (isEarly23 || isOlder(node, OLDEST_NODE)) {
  // It would fail midway, and could not even load what tells errors.
  refuse(
    'old-node',
    `preset-usage needs Node ${isEarly23 ? oldestOf23 : OLDEST_NODE} or later, but this is ${process.version}.`,
    'Install a newer Node; in a checkout npx preset-usage finds the one that npm ci installed.',
  );
} else {
  // Compilers are needed later: see config/optimizer.ts. With this, and with tui/collect-garbage.ts, the console stays under
  // 100 MB. It is set here because BusyBox's env takes no flags in the first line.
  for (const flag of ['--no-turbofan', '--no-maglev', '--no-sparkplug', '--no-regexp-optimization'])
    setFlagsFromString(flag);
  // V8 compiles a function when it is called first, and the compile cache keeps none of these: a quarter of the time to the list. The
  // file of the console is nearly all called, so it is compiled at once; main.ts ends that. The cache knows both ways apart by this flag.
  const wholly = opensConsole(process.argv[2]);
  if (process.argv[2] === 'scan' && !process.argv.some(each => /^(-h|--help)$/.test(each))) startEarly();
  if (wholly) setFlagsFromString('--no-lazy');
  // Loaded only now, so that it is read from the compile cache.
  nodeModule.enableCompileCache();
  if (wholly) {
    setFlagsFromString('--lazy');
    await import(SHARED_FILE);
    setFlagsFromString('--no-lazy');
  }
  await import('./main.ts');
}

/** True if the console probably opens; a wrong guess only takes longer. */
function opensConsole(first = '--'): boolean {
  return first.startsWith('-') && !/^(-h|-v|-V|--help|--version)$/.test(first);
}

function isOlder(version: string, oldest: string): boolean {
  const [[major = 0, minor = 0], [least = 0, leastMinor = 0]] = [version, oldest].map(text =>
    text.split('.').map(Number),
  ) as [number[], number[]];
  return major < least || (major === least && minor < leastMinor);
}
