type Environment = Record<string, string | undefined>;

/**
 * Asks the terminal for its background (OSC 11), and then what it is (DA1). One that does not know the first question says nothing to it. The
 * second every terminal answers, and in order: nothing comes to the shell afterwards.
 */
const questions = '\u001b]11;?\u001b\\\u001b[c';

const answer =
  /\u001b\]11;rgba?:([\da-f]{1,4})\/([\da-f]{1,4})\/([\da-f]{1,4})[^\u0007\u001b]*(?:\u0007|\u001b\\)/i;
const lastAnswer = /\u001b\[\?[\d;]*c/;
// No key begins so.
const begunAnswer = /(?:\u001b\]11;(?:r(?:g(?:ba?(?::[\da-f/]{0,19}\u001b?)?)?)?)?|\u001b\[\?[\d;]{0,20})$/i;
// Of these it cannot be said: Escape, and other keys with Alt.
const perhapsBegun = /\u001b(?:\](?:11?)?|\[)?$/;

// In milliseconds. The rest of an answer, or of a key, comes sooner.
const untilRest = 200;
// In milliseconds. Where nothing answers, nobody should notice that anything was asked.
const untilAnswer = 1_000;

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
  #giveUp: NodeJS.Timeout | undefined;
  #type: (keys: string) => void = () => {};
  #answered: Promise<void> = Promise.resolve();
  /** Null while no question is open. */
  #close: (() => void) | null = null;
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
    if (!this.#isUsed || this.#isKnown) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#answered = promise;
    this.#close = () => {
      this.#close = null;
      resolve();
    };
    setTimeout(this.#close, untilAnswer).unref();
    terminal.write(questions);
  }

  /** Resolves once no answer is awaited any more: one that came after the console would be typed into the shell. */
  get answered(): Promise<void> {
    return this.#answered;
  }

  /** A text for the terminal in colours for its background. */
  adapted(text: string): string {
    if (!this.#isLight) return text;
    return text.replace(/\u001b\[(3[1-7])m/g, (code, color: string) => {
      const dark = darker.get(color);
      return dark === undefined ? code : `\u001b[${dark}m`;
    });
  }

  /** The keys of a piece of input: what is left without answers, which may come late, and in pieces. */
  keysOf(piece: string): string {
    const held = this.#begun;
    const rest = (held + piece)
      .replace(answer, (...found: string[]) => {
        this.#see(found.slice(1, 4));
        return '';
      })
      .replace(lastAnswer, () => {
        this.#close?.();
        return '';
      });
    const begun = begunAnswer.exec(rest) ?? (this.#close && perhapsBegun.exec(rest));
    this.#hold(begun?.[0] ?? '');
    // Of an answer that was cut off the beginning is no key either.
    const from = begunAnswer.test(held) && rest.startsWith(held) ? held.length : 0;
    return rest.slice(from, rest.length - this.#begun.length);
  }

  /** The input without answers. Everything else is that of `input`, which is a terminal and cannot be piped through another stream. */
  input(input: NodeJS.ReadStream): NodeJS.ReadStream {
    let late = '';
    this.#type = keys => {
      late = keys;
      input.emit('readable');
    };
    const read = (size?: number) => {
      const keys = late;
      late = '';
      if (keys !== '') return keys;
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

  /** Keeps what may be the beginning of an answer, until its rest has had the time to come. */
  #hold(begun: string): void {
    this.#begun = begun;
    clearTimeout(this.#giveUp);
    if (begun === '') return;
    this.#giveUp = setTimeout(() => {
      // What has come meanwhile is read first.
      setImmediate(() => {
        if (this.#begun !== begun) return;
        this.#begun = '';
        if (perhapsBegun.test(begun)) this.#type(begun);
      });
    }, untilRest);
  }

  #see(parts: string[]): void {
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
