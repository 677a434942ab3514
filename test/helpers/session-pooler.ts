import { type AddressInfo, createServer, connect as dial, type Socket } from 'node:net';

// The first four bytes after the length of a request to cancel, and how long it is.
const cancelCode = 80_877_102;
const cancelLength = 16;
const keyData = 'K'.charCodeAt(0);
// Every client gets another number of its process than the server's, as from pgbouncer.
const mask = 0x40_00_00_00;

/** A pooler in session mode: each client keeps one of `size` connections to the server until it leaves, and others wait. */
export interface SessionPooler {
  url: string;
  /** How many clients have left before a connection was theirs. Others may have waited for one that was being closed. */
  readonly unserved: number;
  close(): Promise<void>;
}

/** Starts one in front of the server at `url`. */
export async function startSessionPooler(url: string, size: number): Promise<SessionPooler> {
  const target = new URL(url);
  const sockets = new Set<Socket>();
  const queue: (() => void)[] = [];
  let taken = 0;
  let unserved = 0;
  const known = (socket: Socket) => {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    return socket;
  };
  const open = () => known(dial(Number(target.port), target.hostname));

  const serve = (client: Socket, first: Buffer) => {
    taken += 1;
    const upstream = open();
    let kept: Buffer | null = Buffer.alloc(0);
    upstream.on('data', data => {
      if (kept === null) return void client.write(data);
      // The answer to a request for encryption is a letter without a length.
      if (kept.length === 0 && data.length === 1) return void client.write(data);
      kept = Buffer.concat([kept, data]);
      const at = keyAt(kept);
      if (at === null) return;
      if (at >= 0) kept.writeUInt32BE(kept.readUInt32BE(at) ^ mask, at);
      client.write(kept);
      // Everything after the login passes as it is.
      kept = at >= 0 ? null : Buffer.alloc(0);
    });
    upstream.on('close', () => client.destroy());
    upstream.write(first);
    client.on('data', data => upstream.write(data));
    client.on('close', () => upstream.destroy());
    // The next one gets the connection when the server is rid of this one.
    upstream.once('close', () => {
      taken -= 1;
      queue.shift()?.();
    });
  };

  const server = createServer(client => {
    known(client);
    client.once('data', first => {
      if (first.length === cancelLength && first.readUInt32BE(4) === cancelCode) {
        first.writeUInt32BE(first.readUInt32BE(8) ^ mask, 8);
        const upstream = open();
        upstream.on('close', () => client.destroy());
        return void upstream.end(first);
      }
      // It says nothing more before it is answered, and whether it is still there is only known of one that is read.
      client.resume();
      const leave = () => {
        unserved += 1;
      };
      client.once('close', leave);
      const begin = () => {
        if (client.destroyed) return void queue.shift()?.();
        client.off('close', leave);
        serve(client, first);
      };
      if (taken < size) return begin();
      queue.push(begin);
    });
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const own = new URL(url);
  own.hostname = '127.0.0.1';
  own.port = String((server.address() as AddressInfo).port);
  return {
    url: own.href,
    get unserved() {
      return unserved;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise(resolve => server.close(resolve));
    },
  };
}

/** Where the number of the process stands in whole messages; -1 if they have none, null if the last one is not whole yet. */
function keyAt(messages: Buffer): number | null {
  let found = -1;
  let at = 0;
  while (at < messages.length) {
    if (messages.length < at + 5) return null;
    const end = at + 1 + messages.readUInt32BE(at + 1);
    if (messages.length < end) return null;
    if (messages[at] === keyData) found = at + 5;
    at = end;
  }
  return found;
}
