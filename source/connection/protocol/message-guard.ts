import { lengthAt } from './message-length.ts';

/** A message that no PostgreSQL sends to this program, or that is too large: it ends the connection. */
class ProtocolProblem extends Error {
  readonly code: 'PROTOCOL_PROBLEM' | 'ANSWER_TOO_LARGE';
  constructor(code: ProtocolProblem['code'], message: string) {
    super(message);
    this.code = code;
  }
}

/** In bytes. */
interface MessageLimits {
  /** One message with a row. */
  row: number;
  /** Everything up to the end of an answer. */
  answer: number;
}

const megabyte = 1024 * 1024;

// The driver keeps whole messages, and an answer until it is complete. Rows above half of this exceed V8's longest string.
const usualLimits: MessageLimits = { row: 256 * megabyte, answer: 512 * megabyte };

// In bytes. libpq limits most messages to 30,000 too; an error contains the text of its RAISE.
const usualMessage = 30_000;
const longMessage = 64 * megabyte;
// Names of at most 63 bytes, 1,664 of them.
const description = megabyte;
const beforeLogin = 64 * 1024;
const wholeLogin = megabyte;
// The least that a message costs in memory, as the object that the driver makes of it.
const leastCost = 200;
// A server reports fifteen, a pooler some more, and the driver keeps them all.
const mostParameters = 1_000;
// The server's default is 4,096; this many take a second.
const mostIterations = 2_000_000;

const codeOf = (letter: string) => letter.charCodeAt(0);
const authentication = codeOf('R');
const parameter = codeOf('S');
const rowDescription = codeOf('T');
const row = codeOf('D');
const ready = codeOf('Z');
const greetings = new Set([...'RENv'].map(codeOf));
// The answers to the messages that the driver sends here; COPY and function calls are not among them.
const answers = new Set([...'KSEN23CDIAntsTZ1'].map(codeOf));
const long = new Set([...'ENA'].map(codeOf));
const readWhole = new Set([authentication, rowDescription, parameter]);

const headLength = 5;
const nothing = Buffer.alloc(0);

/**
 * Checks what a server sends before the driver reads it: the function takes each chunk that is read, in order, and returns what
 * is wrong with it. The driver trusts any length, waits for as much as a message announces, keeps all of it, and reads beyond
 * the end of a malformed message.
 */
export function guardMessages(
  limits: MessageLimits = usualLimits,
): (piece: Buffer) => ProtocolProblem | null {
  let head: Buffer = nothing;
  let letter = 0;
  let rest = 0;
  let pieces: Buffer[] = [];
  let state: 'greeting' | 'login' | 'session' = 'greeting';
  let answer = 0;
  let described = false;
  let scram = false;
  const parameters = new Set<string>();

  const begin = (length: number): ProtocolProblem | null => {
    answer += Math.max(length, leastCost);
    if (!(state === 'greeting' ? greetings : answers).has(letter)) return unexpected(letter);
    if (letter === row && !described) return violation('it sends rows that were not requested');
    if (length < 4) return violation(`a message has a length of ${length}`);
    if (state !== 'session' && (length > beforeLogin || answer > wholeLogin)) {
      return violation('it sends more than a login needs');
    }
    const most = mostOf(letter, limits);
    if (length > most) {
      return letter === row
        ? tooLarge(`one row takes ${megabytes(length)}, but the limit is ${megabytes(most)}`)
        : violation(`a message of kind "${String.fromCharCode(letter)}" is ${length} bytes long`);
    }
    if (answer > limits.answer) return tooLarge(`an answer takes more than ${megabytes(limits.answer)}`);
    return null;
  };

  const end = (): ProtocolProblem | null => {
    const content = readWhole.has(letter) ? Buffer.concat(pieces) : nothing;
    pieces = [];
    if (letter === authentication) {
      const way = content.length < 4 ? null : content.readUInt32BE(0);
      if (way === 0) state = 'login';
      const sound = way !== null && isSound(way, content, scram);
      scram ||= way === 10;
      return sound ? null : violation('its authentication request is malformed');
    }
    if (letter === parameter) parameters.add(content.toString('latin1', 0, content.indexOf(0)));
    if (parameters.size > mostParameters) return violation('it reports too many parameters');
    if (letter === rowDescription) {
      described = true;
      return isDescription(content) ? null : violation('its description of rows is malformed');
    }
    if (letter === ready) {
      state = 'session';
      described = false;
      answer = 0;
    }
    return null;
  };

  return piece => {
    let at = 0;
    while (at < piece.length) {
      if (rest === 0) {
        let from = piece;
        let start = at;
        if (head.length > 0 || piece.length - at < headLength) {
          // The driver owns the chunk, so what must be kept is copied.
          const known = Buffer.concat([head, piece.subarray(at, at + headLength - head.length)]);
          at += known.length - head.length;
          head = known;
          if (head.length < headLength) return null;
          from = head;
          start = 0;
          head = nothing;
        } else at += headLength;
        letter = from[start] ?? 0;
        const length = lengthAt(from, start + 1);
        const problem = begin(length);
        if (problem) return problem;
        rest = length - 4;
      }
      const part = Math.min(rest, piece.length - at);
      if (part > 0 && readWhole.has(letter)) pieces.push(piece.subarray(at, at + part));
      at += part;
      rest -= part;
      const problem = rest === 0 ? end() : null;
      if (problem) return problem;
    }
    return null;
  };
}

function mostOf(letter: number, limits: MessageLimits): number {
  if (letter === row) return limits.row;
  if (letter === rowDescription) return description;
  return long.has(letter) ? longMessage : usualMessage;
}

/** The driver would accept any salt for MD5, and any number of rounds for SCRAM once that has begun. */
function isSound(way: number, content: Buffer, scram: boolean): boolean {
  if (way === 5) return content.length === 8;
  if (way !== 11 || !scram) return true;
  const [, rounds = ''] =
    /^r=[\x21-\x2b\x2d-\x7e]+,s=[A-Za-z0-9+/]+=*,i=(\d{1,10})(?:,|$)/.exec(content.toString('latin1', 4)) ??
    [];
  return Number(rounds) > 0 && Number(rounds) <= mostIterations;
}

// After the name: the table, the column's number, the type, its size, its modifier and the format.
const fixedPart = 18;

function isDescription(content: Buffer): boolean {
  if (content.length < 2) return false;
  let at = 2;
  for (let columns = content.readUInt16BE(0); columns > 0; columns -= 1) {
    const zero = content.indexOf(0, at);
    if (zero < 0) return false;
    at = zero + 1 + fixedPart;
  }
  return at === content.length;
}

function unexpected(letter: number): ProtocolProblem {
  const name = letter > 32 && letter < 127 ? `"${String.fromCharCode(letter)}"` : `number ${letter}`;
  return violation(`a message of kind ${name} is unexpected there`);
}

function violation(message: string): ProtocolProblem {
  return new ProtocolProblem('PROTOCOL_PROBLEM', message);
}

function tooLarge(message: string): ProtocolProblem {
  return new ProtocolProblem('ANSWER_TOO_LARGE', message);
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / megabyte)} MB`;
}
