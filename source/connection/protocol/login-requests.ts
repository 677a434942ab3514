/** The authentication requests of a server, by their numbers in the protocol. */
export const loginRequests = {
  ok: 0,
  cleartext: 3,
  md5: 5,
  scram: 10,
  scramGoesOn: 11,
  scramEnds: 12,
} as const;

const authentication = 'R'.charCodeAt(0);
// A letter, the length of what follows including itself, and the authentication request.
const headLength = 5;
const wayAt = 5;
const wayLength = 4;

/**
 * Follows the messages of a login. The function takes each chunk that is read, in order, before the driver does. `onRequest` is
 * called for each authentication message, however it is split into chunks. If it returns true, the message is replaced by one
 * that asks for nothing, because the driver prints unknown requests on the screen. It stops when the server has let the client
 * in. Lengths are valid: message-guard.ts has checked the chunk before.
 */
export function followLogin(onRequest: (way: number) => boolean): (piece: Buffer) => void {
  let head = Buffer.alloc(0);
  // The rest of a message whose header is known.
  let rest = 0;
  let over = false;
  return piece => {
    let at = 0;
    while (!over && at < piece.length) {
      if (rest > 0) {
        const passed = Math.min(rest, piece.length - at);
        rest -= passed;
        at += passed;
        continue;
      }
      head = Buffer.concat([head, piece.subarray(at, at + 1)]);
      at += 1;
      if (head.length < headLength) continue;
      const length = head.readUInt32BE(1);
      const asks = head[0] === authentication;
      if (asks && head.length < headLength + wayLength) continue;
      if (asks) {
        const way = head.readInt32BE(wayAt);
        if (onRequest(way)) silence(piece, at);
        else if (way === loginRequests.ok) over = true;
      }
      rest = 1 + length - head.length;
      head = Buffer.alloc(0);
    }
  };
}

/** Replaces the request of the message whose header ends at `end` by one that asks for nothing, as far as it is in this chunk. */
function silence(piece: Buffer, end: number): void {
  piece.fill(0, Math.max(0, end - wayLength), end);
}
