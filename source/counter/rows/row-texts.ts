const chunkBits = 20;
const chunkSize = 1 << chunkBits;
const uuid = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/;
// A length of its own for the 16 bytes of a UUID; that of other ids is one more than it is.
const uuidTag = 0;

/** Where the texts of a row are: the number of a byte. */
export type Place = number;

/**
 * The ids and names of rows as UTF-8, a million of them in about 30 MB instead of 150. A UUID takes 16 bytes. An entry is the
 * length of the id, that of the name, and both. Nothing is overwritten: another name is another entry.
 */
export class RowTexts {
  readonly #chunks: Buffer[] = [];
  #used = chunkSize;
  /** The id that was asked for last, as bytes, and its length; see `take`. */
  #id = Buffer.alloc(64);
  #idLength = 0;
  #idTag = 0;
  #hash = 0;
  readonly #entry: Entry = { chunk: this.#id, tag: 0, isUuid: true, id: 0, name: 0, end: 0 };

  /** Makes `id` the one that `hash`, `isTaken` and `add` mean. */
  take(id: string): void {
    if (id.length === 36 && uuid.test(id)) {
      let at = 0;
      for (let index = 0; index < 36; index += 2) {
        if (id.charCodeAt(index) === 45) index += 1;
        this.#id[at] = (digit(id.charCodeAt(index)) << 4) | digit(id.charCodeAt(index + 1));
        at += 1;
      }
      this.#idLength = 16;
      this.#idTag = uuidTag;
    } else {
      const length = Buffer.byteLength(id);
      if (length > this.#id.length) this.#id = Buffer.alloc(length);
      this.#idLength = this.#id.write(id);
      this.#idTag = length + 1;
    }
    this.#hash = hashOf(this.#id, 0, this.#idLength);
  }

  /** The hash of the id that was taken. */
  get hash(): number {
    return this.#hash;
  }

  /** Stores the id that was taken, and `name`. */
  add(name: string): Place {
    const nameLength = Buffer.byteLength(name);
    const length = sizeOf(this.#idTag) + sizeOf(nameLength) + this.#idLength + nameLength;
    if (this.#used + length > chunkSize) {
      this.#chunks.push(Buffer.allocUnsafeSlow(Math.max(chunkSize, length)));
      this.#used = 0;
    }
    const number = this.#chunks.length - 1;
    const chunk = this.#chunks[number] as Buffer;
    const place = number * chunkSize + this.#used;
    let at = writeLength(chunk, this.#used, this.#idTag);
    at = writeLength(chunk, at, nameLength);
    this.#id.copy(chunk, at, 0, this.#idLength);
    chunk.write(name, at + this.#idLength);
    // What is longer than a chunk has one of its own.
    this.#used = Math.min(chunkSize, this.#used + length);
    return place;
  }

  /** The next entry is here, or further behind. */
  get end(): Place {
    return Math.max(0, this.#chunks.length - 1) * chunkSize + (this.#chunks.length === 0 ? 0 : this.#used);
  }

  /** True if the entry has the id that was taken. */
  isTaken(place: Place): boolean {
    const { chunk, tag, id } = this.entry(place);
    if (tag !== this.#idTag) return false;
    // By hand: the tag says that they are equally long, and Buffer.compare makes garbage of every call.
    for (let index = 0; index < this.#idLength; index += 1)
      if (this.#id[index] !== chunk[id + index]) return false;
    return true;
  }

  hashAt(place: Place): number {
    const { chunk, id, name } = this.entry(place);
    return hashOf(chunk, id, name);
  }

  id(place: Place): string {
    const { chunk, tag, id, name } = this.entry(place);
    if (tag !== uuidTag) return chunk.toString('utf8', id, name);
    const hex = chunk.toString('hex', id, name);
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
  }

  /** The order of two ids as texts. Those of UUIDs are not made for it: sorting ten thousand rows would leave 100 MB of garbage. */
  compareIds(a: Place, b: Place): number {
    const { chunk, isUuid, id } = this.entry(a);
    const other = this.entry(b);
    if (isUuid && other.isUuid) {
      for (let index = 0; index < 16; index += 1) {
        const order = (chunk[id + index] as number) - (other.chunk[other.id + index] as number);
        if (order !== 0) return order;
      }
      return 0;
    }
    const [text, otherText] = [this.id(a), this.id(b)];
    return text < otherText ? -1 : text > otherText ? 1 : 0;
  }

  name(place: Place): string {
    const { chunk, name, end } = this.entry(place);
    return chunk.toString('utf8', name, end);
  }

  /** True if the entry has this name. */
  isNamed(place: Place, name: string): boolean {
    const { chunk, name: start, end } = this.entry(place);
    const { length } = name;
    // Each UTF-16 unit has one to three bytes.
    if (end - start < length || end - start > 3 * length) return false;
    for (let index = 0; index < length; index += 1) {
      const code = name.charCodeAt(index);
      if (code >= 128) return chunk.toString('utf8', start, end) === name;
      if (chunk[start + index] !== code) return false;
    }
    return end - start === length;
  }

  /** Where the parts of an entry are; the next call uses the same object. */
  entry(place: Place): Readonly<Entry> {
    const chunk = this.#chunks[place >>> chunkBits] as Buffer;
    let at = place & (chunkSize - 1);
    let tag = chunk[at++] as number;
    if (tag >= 128) [tag, at] = readLength(chunk, at - 1);
    let nameLength = chunk[at++] as number;
    if (nameLength >= 128) [nameLength, at] = readLength(chunk, at - 1);
    const entry = this.#entry;
    entry.chunk = chunk;
    entry.tag = tag;
    entry.isUuid = tag === uuidTag;
    entry.id = at;
    entry.name = at + (tag === uuidTag ? 16 : tag - 1);
    entry.end = entry.name + nameLength;
    return entry;
  }
}

/** The id is in `chunk` from `id` to `name`, and the name from there to `end`. */
interface Entry {
  chunk: Buffer;
  tag: number;
  isUuid: boolean;
  id: number;
  name: number;
  end: number;
}

function digit(code: number): number {
  return code < 58 ? code - 48 : code - 87;
}

/** FNV-1a, mixed so that the low bits depend on every byte. */
function hashOf(bytes: Buffer, from: number, to: number): number {
  let hash = 0x811c9dc5;
  for (let index = from; index < to; index += 1)
    hash = Math.imul(hash ^ (bytes[index] as number), 0x01000193);
  hash ^= hash >>> 15;
  hash = Math.imul(hash, 0x2c1b3c6d);
  return (hash ^ (hash >>> 13)) >>> 0;
}

function sizeOf(length: number): number {
  let size = 1;
  for (let rest = length; rest >= 128; rest = Math.floor(rest / 128)) size += 1;
  return size;
}

/** Seven bits in a byte, the lowest first; returns where the next byte goes. */
function writeLength(chunk: Buffer, at: number, length: number): number {
  let rest = length;
  let next = at;
  for (; rest >= 128; rest = Math.floor(rest / 128)) chunk[next++] = (rest % 128) + 128;
  chunk[next++] = rest;
  return next;
}

function readLength(chunk: Buffer, at: number): [length: number, next: number] {
  let length = 0;
  let unit = 1;
  let next = at;
  for (;;) {
    const byte = chunk[next++] as number;
    length += (byte % 128) * unit;
    if (byte < 128) return [length, next];
    unit *= 128;
  }
}
