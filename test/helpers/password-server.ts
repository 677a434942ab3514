import { readFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { networkInterfaces } from 'node:os';
import { createSecureContext, TLSSocket } from 'node:tls';
import type { TestOptions } from 'vitest';
import type { Certificate } from './certificates.ts';
import { authentication, welcome } from './fake-server.ts';
import { needs } from './needs.ts';

/** How a server asks for a password: in clear text, hashed, or by SCRAM. */
export type Asking = 'cleartext' | 'md5' | 'scram';

/** A server that asks every client for a password, and records what it gets. */
export interface PasswordServer {
  port: number;
  /** The messages of type `p`, which answer a request for a password, each without its header. */
  readonly answers: string[];
  /** How many connections there were. */
  readonly connections: number;
  /** True once a password was used: in clear text, hashed, or in the proof of SCRAM. */
  readonly passwordUsed: boolean;
  /** Resolves when it is. */
  used: Promise<void>;
  close(): Promise<void>;
}

export interface PasswordOptions {
  host?: string;
  /** Sends its messages in chunks of this many bytes. */
  pieces?: number;
  /** Uses TLS with this certificate. */
  certificate?: Certificate;
  /** What it sends before the request. */
  before?: Buffer;
  /** Lets every client that answers SCRAM in, without proving that it knows the password itself. */
  lets?: boolean;
}

const ways: Record<Asking, () => Buffer> = {
  cleartext: () => authentication(3),
  md5: () => authentication(5, 'salt'),
  scram: () => authentication(10, 'SCRAM-SHA-256\0\0'),
};

/** Starts a server that asks for a password and answers nothing after that. */
export async function startPasswordServer(
  asking: Asking,
  options: PasswordOptions = {},
): Promise<PasswordServer> {
  const { host = '127.0.0.1', pieces, certificate, before = Buffer.alloc(0), lets = false } = options;
  const answers: string[] = [];
  const used = Promise.withResolvers<void>();
  const passwordUsed = () => answers.length > (asking === 'scram' ? 1 : 0);
  const sockets = new Set<Socket>();
  let connections = 0;
  const send = async (socket: Socket, bytes: Buffer) => {
    for (let at = 0; at < bytes.length; at += pieces ?? bytes.length) {
      socket.write(bytes.subarray(at, at + (pieces ?? bytes.length)));
      // In a separate turn of the event loop, so that the chunks are not merged again.
      if (pieces) await new Promise(resolve => setTimeout(resolve, 2));
    }
  };
  const talk = (socket: Socket) => {
    let begun = false;
    let encrypted = certificate === undefined || socket instanceof TLSSocket;
    socket.on('error', () => {});
    socket.on('data', (bytes: Buffer) => {
      const asksForTls = bytes.length === 8 && bytes.readInt32BE(4) === 80_877_103;
      if (!begun && asksForTls) {
        if (encrypted) {
          socket.write('N');
          return;
        }
        encrypted = true;
        socket.removeAllListeners('data');
        socket.write('S');
        const { certificate: cert = '', key = '' } = certificate ?? {};
        const secureContext = createSecureContext({ cert: readFileSync(cert), key: readFileSync(key) });
        talk(new TLSSocket(socket, { isServer: true, secureContext }));
      } else if (!begun) {
        begun = true;
        void send(socket, Buffer.concat([before, ways[asking]()]));
      } else if (bytes[0] === 'p'.charCodeAt(0)) {
        const text = bytes.subarray(5).toString('latin1');
        answers.push(text);
        if (passwordUsed()) used.resolve();
        const nonce = /r=([^,\0]+)/.exec(text)?.[1];
        if (asking === 'scram' && answers.length === 1) {
          void send(
            socket,
            authentication(11, `r=${nonce}server,s=${Buffer.from('salt').toString('base64')},i=4096`),
          );
        } else if (lets) {
          void send(socket, welcome);
        }
      }
    });
  };
  const server = createServer(socket => {
    sockets.add(socket);
    connections += 1;
    talk(socket);
  });
  await new Promise<void>(resolve => server.listen(0, host, resolve));
  return {
    port: (server.address() as AddressInfo).port,
    answers,
    get connections() {
      return connections;
    },
    get passwordUsed() {
      return passwordUsed();
    },
    used: used.promise,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise(resolve => server.close(resolve));
    },
  };
}

/** An address of this machine that is not a loopback address, so that a server there counts as remote. */
export const outerAddress = Object.values(networkInterfaces())
  .flatMap(each => each ?? [])
  .find(({ family, internal }) => family === 'IPv4' && !internal)?.address;

/** Options for tests of a server on another machine. */
export function needsOuterAddress(): TestOptions {
  return needs(
    outerAddress !== undefined,
    'A server on another machine was not tried: this one has no IPv4 address but its own loopback. Give it a network.',
  );
}
