import { type AddressInfo, createServer, connect as dial, type Socket } from 'node:net';

/** A proxy to a server: connect to `url` instead. */
export interface RunningProxy {
  url: string;
  close(): Promise<void>;
}

/** What a proxy makes of a chunk before it passes it on. */
type Change = (data: Buffer) => Buffer | Promise<Buffer>;

/**
 * Starts a proxy to the server at `url` that changes, or holds up, what the server receives and sends. `sentOn` makes a change for
 * one connection, which may remember what came before.
 */
export async function startProxy(
  url: string,
  {
    received = data => data,
    sent = data => data,
    sentOn = () => sent,
  }: { received?: Change; sent?: Change; sentOn?: () => Change },
): Promise<RunningProxy> {
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
    const toServer = pass(client, upstream, received);
    pass(upstream, client, sentOn());
    client.on('close', () => void toServer().then(() => upstream.destroy()));
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

/** Passes chunks on in their order; what it returns resolves when all so far have been. */
function pass(from: Socket, to: Socket, change: Change): () => Promise<void> {
  let turn = Promise.resolve();
  from.on('data', data => {
    turn = turn.then(async () => void to.write(await change(data)));
  });
  return () => turn;
}
