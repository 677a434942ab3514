import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';

test('a process that started the embedded server still ends with its own exit code', () => {
  const server = new URL('./server.ts', import.meta.url).href;
  const script = `
    const { startEmbedded } = await import(${JSON.stringify(server)});
    const server = await startEmbedded();
    await server.stop();
    process.exitCode = 3;`;
  const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    encoding: 'utf8',
  });
  expect(stderr).not.toContain('Error');
  expect(status).toBe(3);
});
