import { type AddressInfo, createServer, type Socket } from 'node:net';

/** One message of the server's side of the protocol. */
export function serverMessage(letter: string, body: Buffer | string = ''): Buffer {
  const content = Buffer.from(body);
  return Buffer.concat([messageHead(letter, 4 + content.length), content]);
}

/** The header of a message with the declared length `length`, whatever follows. */
export function messageHead(letter: string, length: number): Buffer {
  const head = Buffer.alloc(5, letter);
  head.writeUInt32BE(length, 1);
  return head;
}

const fourBytes = (value: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};

/** A request for authentication; 0 means that none is needed. */
export function authentication(way: number, content = ''): Buffer {
  return serverMessage('R', Buffer.concat([fourBytes(way), Buffer.from(content)]));
}

/** What a server sends after a successful login. */
export const welcome = Buffer.concat([authentication(0), serverMessage('Z', 'I')]);

/**
 * A server that sends `greeting` after the first message of a connection, and `answer` after each later one. A function may keep
 * sending.
 */
export async function fakeServer(
  greeting: Buffer | ((socket: Socket) => void),
  answer: Buffer | ((socket: Socket) => void) = Buffer.alloc(0),
): Promise<{ url: string; close(): Promise<void> }> {
  const sockets = new Set<Socket>();
  const server = createServer(socket => {
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
    let first = true;
    socket.on('data', () => {
      const says = first ? greeting : answer;
      first = false;
      if (typeof says === 'function') says(socket);
      else socket.write(says);
    });
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `postgres://me:secret@127.0.0.1:${port}/app?sslmode=disable`,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise(resolve => server.close(resolve));
    },
  };
}

/** Sends the same bytes repeatedly, as fast as they are read. */
export function withoutEnd(piece: Buffer, first: Buffer = Buffer.alloc(0)): (socket: Socket) => void {
  return socket => {
    const talk = () => {
      while (!socket.destroyed && socket.write(piece));
    };
    socket.on('drain', talk);
    socket.write(first);
    talk();
  };
}
