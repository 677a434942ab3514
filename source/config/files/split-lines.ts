/** One line without its end; `ended` is false for a last one that has none. */
export interface FileLine {
  bytes: Buffer;
  ended: boolean;
}

/** Splits bytes at their line ends. Throws what `tooLong` makes as soon as a line has more than `longest` bytes. */
export async function* splitLines(
  chunks: AsyncIterable<Buffer>,
  longest: number,
  tooLong: () => Error,
): AsyncGenerator<FileLine> {
  let pieces: Buffer[] = [];
  let length = 0;
  const take = (piece: Buffer) => {
    length += piece.length;
    if (length > longest) throw tooLong();
    pieces.push(piece);
  };
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(0x0a); end !== -1; end = chunk.indexOf(0x0a, start)) {
      take(chunk.subarray(start, end));
      yield { bytes: whole(pieces), ended: true };
      pieces = [];
      length = 0;
      start = end + 1;
    }
    if (start < chunk.length) take(chunk.subarray(start));
  }
  if (length > 0) yield { bytes: whole(pieces), ended: false };
}

function whole(pieces: Buffer[]): Buffer {
  const [only] = pieces;
  return pieces.length === 1 && only ? only : Buffer.concat(pieces);
}
