import { type AddressInfo, createServer, connect as dial, type Socket } from 'node:net';

/** A proxy to a server that can swallow what is sent: no answer, and no sign that the connection is lost. */
export interface SilentProxy {
  url: string;
  /** From now on nothing gets through on any connection, old or new. */
  swallow(): void;
  /** New connections work again; those that were swallowed stay silent. */
  restore(): void;
  /** How many connections were swallowed. */
  readonly swallowed: number;
  close(): Promise<void>;
}

/** `when` decides for each message from a client whether it is the last one to get through. */
export async function startSilentProxy(
  url: string,
  when: (data: Buffer) => boolean = () => false,
): Promise<SilentProxy> {
  const target = new URL(url);
  const sockets = new Set<Socket>();
  const silent = new Set<Socket>();
  let all = false;
  const server = createServer(client => {
    const upstream = dial(Number(target.port), target.hostname);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => {});
      socket.on('close', () => sockets.delete(socket));
    }
    if (all) silent.add(client);
    client.on('data', data => {
      if (silent.has(client)) return;
      upstream.write(data);
      if (when(data)) silent.add(client);
    });
    upstream.on('data', data => silent.has(client) || client.write(data));
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => silent.has(client) || client.destroy());
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const own = new URL(url);
  own.hostname = '127.0.0.1';
  own.port = String((server.address() as AddressInfo).port);
  return {
    url: own.href,
    swallow() {
      all = true;
      for (const socket of sockets) silent.add(socket);
    },
    restore() {
      all = false;
    },
    get swallowed() {
      return silent.size;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise(resolve => server.close(resolve));
    },
  };
}
