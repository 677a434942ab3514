import { type AddressInfo, createServer, connect as dial, type Socket } from 'node:net';

/** A proxy to a server that replaces some words by others of the same length. */
export interface RewritingProxy {
  url: string;
  close(): Promise<void>;
}

type Words = readonly [from: string, to: string][];

/** Replaces words that the server at `url` sends (`says`) or receives (`hears`). */
export async function startRewritingProxy(
  url: string,
  { says = [], hears = [] }: { says?: Words; hears?: Words },
): Promise<RewritingProxy> {
  const target = new URL(url);
  const sockets = new Set<Socket>();
  const server = createServer(client => {
    const upstream = dial(Number(target.port), target.hostname);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => {});
    }
    client.on('data', data => upstream.write(replaced(data, hears)));
    upstream.on('data', data => client.write(replaced(data, says)));
    client.on('close', () => upstream.destroy());
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

function replaced(data: Buffer, words: Words): Buffer {
  let text = data.toString('latin1');
  for (const [from, to] of words) {
    if (from.length !== to.length) throw new Error(`${from} and ${to} differ in length.`);
    text = text.replaceAll(from, to);
  }
  return Buffer.from(text, 'latin1');
}
