import { type AddressInfo, createServer, connect as dial, type Socket } from 'node:net';

/** A proxy to a server that records every query that a client sends before the previous one was answered. */
export interface OneAtATime {
  url: string;
  /** Each query that was sent before the server was ready, as the letters of the two messages. */
  readonly violations: string[];
  /** How many queries went through. */
  readonly queries: number;
  close(): Promise<void>;
}

const sslRequest = 80877103;
const cancelRequest = 80877102;

/** Follows the messages between clients and the server at `url`: Supavisor hangs if queries are pipelined. */
export async function oneAtATime(url: string): Promise<OneAtATime> {
  const target = new URL(url);
  const violations: string[] = [];
  const sockets = new Set<Socket>();
  let queries = 0;
  const server = createServer(client => {
    const upstream = dial(Number(target.port), target.hostname);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => {});
    }
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => client.destroy());
    let begun = false;
    // The unfinished query: everything until its ReadyForQuery.
    let open: string | null = null;
    const fromClient = cut(
      buffer => (begun ? 1 + buffer.readInt32BE(1) : buffer.readInt32BE(0)),
      () => (begun ? 5 : 4),
      message => {
        if (!begun) {
          const code = message.readInt32BE(4);
          if (code === sslRequest) return void client.write('N');
          begun = code !== cancelRequest;
        } else {
          const letter = String.fromCharCode(message[0] ?? 0);
          if (letter === 'Q' || letter === 'P') {
            if (open) violations.push(`${open}, then ${letter}: ${message.subarray(5, 200).toString()}`);
            queries += 1;
            open = letter;
          }
        }
        upstream.write(message);
      },
    );
    const fromServer = cut(
      buffer => 1 + buffer.readInt32BE(1),
      () => 5,
      message => {
        if (message[0] === 'Z'.charCodeAt(0)) open = null;
        client.write(message);
      },
    );
    client.on('data', fromClient);
    upstream.on('data', fromServer);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const own = new URL(url);
  own.hostname = '127.0.0.1';
  own.port = String((server.address() as AddressInfo).port);
  return {
    url: own.href,
    violations,
    get queries() {
      return queries;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise(resolve => server.close(resolve));
    },
  };
}

/** Splits a stream into messages of `length` bytes, which is known after the first `head` bytes. */
function cut(length: (buffer: Buffer) => number, head: () => number, pass: (message: Buffer) => void) {
  let rest = Buffer.alloc(0);
  return (data: Buffer) => {
    rest = Buffer.concat([rest, data]);
    while (rest.length >= head()) {
      const size = length(rest);
      if (rest.length < size) return;
      const message = rest.subarray(0, size);
      rest = rest.subarray(size);
      pass(message);
    }
  };
}
