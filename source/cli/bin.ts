#!/usr/bin/env -S node --max-semi-space-size=1 --min-semi-space-size=1 --v8-pool-size=1
// The list makes short-lived garbage with every frame. Left to itself V8 lets that grow to tens of megabytes before it
// collects it; kept small it is collected in a millisecond. A second thread for V8 would help nobody and keeps memory of
// its own (3 MB). With both, and with tui/collect-garbage.ts, the console stays under 100 MB.
import nodeModule from 'node:module';

// Ink and its friends need features of this version; an older one would fail in the middle of something.
const least = 22;
if (Number(process.versions.node.split('.')[0]) < least) {
  process.stderr.write(
    `preset-usage needs Node ${least} or later, and this is ${process.version}.\nInstall a newer one, or use npm start, which brings its own.\n`,
  );
  process.exitCode = 2;
} else {
  // The program is compiled once and read from a cache after that, which is why it is loaded only now.
  nodeModule.enableCompileCache();
  await import('./main.ts');
}
