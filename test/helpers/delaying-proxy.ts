import { type AddressInfo, createServer, connect as dial, type Socket } from 'node:net';

/** A proxy to a server that delays the messages selected by `late`, and everything after them, by some milliseconds. */
export async function startDelayingProxy(
  url: string,
  milliseconds: number,
  late: (data: Buffer) => boolean,
): Promise<{ url: string; close(): Promise<void> }> {
  const target = new URL(url);
  const sockets = new Set<Socket>();
  const server = createServer(client => {
    const upstream = dial(Number(target.port), target.hostname);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => {});
      socket.on('close', () => sockets.delete(socket));
    }
    let turn = Promise.resolve();
    client.on('data', data => {
      turn = turn.then(async () => {
        if (late(data)) await new Promise(resolve => setTimeout(resolve, milliseconds));
        upstream.write(data);
      });
    });
    upstream.on('data', data => client.write(data));
    client.on('close', () => void turn.then(() => upstream.destroy()));
    upstream.on('close', () => client.destroy());
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const own = new URL(url);
  own.hostname = '127.0.0.1';
  own.port = String((server.address() as AddressInfo).port);
  return {
    url: own.href,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise(resolve => server.close(resolve));
    },
  };
}
