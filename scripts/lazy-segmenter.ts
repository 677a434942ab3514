// What stands in for Intl.Segmenter in the bundle: see build.ts. Written for graphemes, the only segments that anything
// here asks for. The first real one reads ICU's tables (25 ms), and most lists have no character that needs them.
const { Segmenter } = Intl;

// Characters that never join with their neighbours, each a grapheme by itself: Latin, Greek and Cyrillic letters without
// combining marks, general punctuation without joiners, arrows, boxes, blocks and geometric shapes.
const alone =
  /^[\x20-\x7e\xa0-\u02ff\u0370-\u0482\u048a-\u052f\u2010-\u2027\u2030-\u205e\u20a0-\u20bf\u2190-\u2bff]*$/;

interface Segment {
  segment: string;
  index: number;
  input: string;
}

/** The segments of a text whose characters all stand alone. */
class Characters {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  containing(index = 0): Segment | undefined {
    const segment = this.#text[index];
    return segment === undefined ? undefined : { segment, index, input: this.#text };
  }

  *[Symbol.iterator](): Generator<Segment> {
    for (const [index, segment] of [...this.#text].entries()) yield { segment, index, input: this.#text };
  }
}

/** Segments text as Intl.Segmenter does, and makes one when a text first needs it. */
export class LazySegmenter {
  readonly #given: ConstructorParameters<typeof Segmenter>;
  #segmenter: Intl.Segmenter | undefined;

  constructor(...given: ConstructorParameters<typeof Segmenter>) {
    this.#given = given;
  }

  segment(text: string): Characters | Intl.Segments {
    if (alone.test(text)) return new Characters(text);
    this.#segmenter ??= new Segmenter(...this.#given);
    return this.#segmenter.segment(text);
  }
}
