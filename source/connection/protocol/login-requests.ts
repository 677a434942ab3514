/** What a server asks for with an authentication message, in the numbers of the protocol. */
export const loginRequests = {
  ok: 0,
  cleartext: 3,
  md5: 5,
  scram: 10,
  scramGoesOn: 11,
  scramEnds: 12,
} as const;

const authentication = 'R'.charCodeAt(0);
// A letter, the length of what follows with itself, and the way of authentication.
const headLength = 5;
const wayAt = 5;
const wayLength = 4;

/**
 * Follows the messages of a login: the function takes each piece that is read, in order, before the driver does. `onRequest` is
 * told each authentication message in turn, whatever comes before it and however it is cut into pieces; where it answers true
 * the message is turned into one that asks for nothing (the driver writes on the screen for what it does not know). After the
 * server has let the client in, nothing is followed any more. Lengths are right: message-guard.ts has seen the piece before.
 */
export function followLogin(onRequest: (way: number) => boolean): (piece: Buffer) => void {
  let head = Buffer.alloc(0);
  // What is left of a message whose head is known.
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

/** Makes the way of the message whose head ends at `end` one that asks for nothing, as far as it is in this piece. */
function silence(piece: Buffer, end: number): void {
  piece.fill(0, Math.max(0, end - wayLength), end);
}
