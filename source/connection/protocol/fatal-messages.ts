import { lengthAt } from './message-length.ts';

/** The message with which a server closes a connection. */
export class FatalMessage extends Error {
  readonly code: string;
  readonly severity: string;
  readonly routine: string | undefined;
  constructor(code: string, severity: string, message: string, routine?: string) {
    super(message);
    this.routine = routine;
    this.code = code;
    this.severity = severity;
  }
}

const errorResponse = 'E'.charCodeAt(0);
const notice = 'N'.charCodeAt(0);
// A letter and the length of what follows, including the length itself.
const headLength = 5;
const nothing = Buffer.alloc(0);

/**
 * Listens for the message with which a server ends a session (severity FATAL or PANIC). The function takes each chunk that is
 * read, in order, returns the message once it is complete, and turns it into a notice in the chunk. Otherwise the driver would
 * keep the error until the server is ready for the next statement, which never happens: it would only report that the connection
 * is closed, and reject the first statement of the next connection with the old error.
 */
export function listenForFatalMessages(): (piece: Buffer) => FatalMessage | null {
  let head: Buffer = nothing;
  let rest = 0;
  return piece => {
    let at = Math.min(rest, piece.length);
    rest -= at;
    while (at < piece.length) {
      // A header may be split between chunks. A split message is let through: the driver reports that the connection is closed.
      const start = at - head.length;
      const known = head.length === 0 ? piece : Buffer.concat([head, piece.subarray(at)]);
      const from = head.length === 0 ? at : 0;
      if (known.length - from < headLength) {
        head = Buffer.from(known.subarray(from));
        return null;
      }
      head = nothing;
      const length = 1 + lengthAt(known, from + 1);
      if (known[from] === errorResponse && known.length - from >= length) {
        const fatal = readMessage(known.subarray(from + headLength, from + length));
        if (fatal) {
          if (start >= 0) piece[start] = notice;
          return fatal;
        }
      }
      at = Math.min(start + length, piece.length);
      rest = start + length - at;
    }
    return null;
  };
}

function readMessage(fields: Buffer): FatalMessage | null {
  const found = new Map<string, string>();
  for (const field of fields.toString('utf8').split('\0')) {
    if (field !== '') found.set(field.charAt(0), field.slice(1));
  }
  // `V` is never translated, but a pooler may only send `S`.
  const severity = found.get('V') ?? found.get('S') ?? '';
  const code = found.get('C') ?? '';
  if (!['FATAL', 'PANIC'].includes(severity) || !/^[0-9A-Z]{5}$/.test(code)) return null;
  return new FatalMessage(code, severity, found.get('M') ?? '', found.get('R'));
}
