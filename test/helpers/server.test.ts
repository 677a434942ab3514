import { spawnSync } from 'node:child_process';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { needsFullScale, needsLinux } from './needs.ts';
import { quickDirectory } from './quick-directory.ts';
import { startContainer } from './server.ts';

test('a process that started the embedded server still ends with its own exit code', needsFullScale(), () => {
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

test(
  'a Docker engine that accepts connections and never answers is given up, with its address',
  needsLinux(),
  async () => {
    const path = join(quickDirectory('docker-'), 'docker.sock');
    const sockets = new Set<Socket>();
    const silent = createServer(socket => void sockets.add(socket));
    await new Promise<void>(resolve => silent.listen(path, resolve));
    const { DOCKER_HOST: before } = process.env;
    process.env.DOCKER_HOST = `unix://${path}`;
    const said: string[] = [];
    try {
      expect(await startContainer(line => said.push(line), 300)).toBeUndefined();
    } finally {
      if (before === undefined) delete process.env.DOCKER_HOST;
      else process.env.DOCKER_HOST = before;
      for (const socket of sockets) socket.destroy();
      await new Promise(resolve => silent.close(resolve));
    }
    expect(sockets.size).toBeGreaterThan(0);
    expect(said).toEqual([
      `No Docker engine answers at unix://${path} (DOCKER_HOST) within 0.3 s: using the embedded PostgreSQL binaries.`,
    ]);
  },
);
