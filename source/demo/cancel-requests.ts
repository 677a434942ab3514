import { subscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';

const cancelRequestCode = 80_877_102;

/**
 * Closes connections with a cancel request, as PostgreSQL does. pglite-socket (0.2.17) ignores the request, because PGlite
 * cannot cancel, but leaves the connection open, and postgres.js waits for its end. So eight cancelled queries use up eight
 * connections, and the ninth ends the program with an EPIPE.
 */
export function closeCancelRequests(): void {
  subscribe('net.server.socket', message => {
    const { socket } = message as { socket: Socket };
    // Wait one turn, until pglite-socket is listening: an earlier listener would take the first bytes from it.
    setImmediate(() => {
      socket.once('data', (first: Buffer) => {
        if (first.length === 16 && first.readInt32BE(4) === cancelRequestCode) socket.end();
      });
    });
  });
}
