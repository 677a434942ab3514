type Environment = Record<string, string | undefined>;

/** Asks the terminal for its background (OSC 11). One that does not know the question says nothing. */
const question = '\u001b]11;?\u001b\\';

const answer =
  /\u001b\]11;rgba?:([\da-f]{1,4})\/([\da-f]{1,4})\/([\da-f]{1,4})[^\u0007\u001b]*(?:\u0007|\u001b\\)/i;
// Of Escape alone, or of Alt-], it cannot be said whether an answer begins with it.
const begunAnswer = /\u001b\]1[^\u0007\u001b]*\u001b?$/;

// Colours of the palette of 16 that cannot be read on white in most terminals, as dark ones of the palette of 256.
const darker: ReadonlyMap<string, string> = new Map([
  ['31', '38;5;124'],
  ['32', '38;5;28'],
  ['33', '38;5;94'],
  ['35', '38;5;90'],
  ['36', '38;5;30'],
  ['37', '38;5;240'],
]);

/** The background of the terminal. On a light one colours are written darker than the screens name them. */
export class Background {
  #isLight: boolean;
  readonly #isKnown: boolean;
  readonly #isUsed: boolean;
  #begun = '';
  #redraw: () => void = () => {};

  /** COLORFGBG, which some terminals set, decides without a question. Without 256 colours there are no darker ones. */
  constructor({ COLORFGBG: given }: Environment, { colors }: { colors: number }) {
    const back = /(?:^|;)(\d+)$/.exec(given ?? '')?.[1];
    this.#isUsed = colors >= 256;
    this.#isKnown = back !== undefined;
    this.#isLight = this.#isUsed && back !== undefined && (back === '7' || Number(back) > 8);
  }

  /** Calls `redraw` once it is known that what is on screen has the wrong colours. */
  onChange(redraw: () => void): () => void {
    this.#redraw = redraw;
    return () => {
      this.#redraw = () => {};
    };
  }

  /** Asks, if that is of use. To be called once keys are read: until then the terminal would show the answer. */
  ask(terminal: Pick<NodeJS.WriteStream, 'write'>): void {
    if (this.#isUsed && !this.#isKnown) terminal.write(question);
  }

  /** A text for the terminal in colours for its background. */
  adapted(text: string): string {
    if (!this.#isLight) return text;
    return text.replace(/\u001b\[(3[1-7])m/g, (code, color: string) => {
      const dark = darker.get(color);
      return dark === undefined ? code : `\u001b[${dark}m`;
    });
  }

  /** The keys of a piece of input: what is left without an answer, which may come late, and in two pieces. */
  keysOf(piece: string): string {
    const all = this.#begun + piece;
    const found = answer.exec(all);
    const rest = found ? all.slice(0, found.index) + all.slice(found.index + found[0].length) : all;
    if (found) this.#see(found);
    this.#begun = begunAnswer.exec(rest)?.[0] ?? '';
    return rest.slice(0, rest.length - this.#begun.length);
  }

  /** The input without answers. Everything else is that of `input`, which is a terminal and cannot be piped through another stream. */
  input(input: NodeJS.ReadStream): NodeJS.ReadStream {
    const read = (size?: number) => {
      const piece: unknown = input.read(size);
      return typeof piece === 'string' ? this.keysOf(piece) : piece;
    };
    return new Proxy(input, {
      get(target, name) {
        if (name === 'read') return read;
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
  }

  #see([, ...parts]: RegExpExecArray): void {
    const [red = 0, green = 0, blue = 0] = parts.map(
      part => Number.parseInt(part, 16) / (16 ** part.length - 1),
    );
    // As ITU-R BT.601 weighs them.
    const isLight = 0.299 * red + 0.587 * green + 0.114 * blue > 0.5;
    if (isLight === this.#isLight) return;
    this.#isLight = isLight;
    this.#redraw();
  }
}
