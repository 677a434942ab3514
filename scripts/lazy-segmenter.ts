// Replaces Intl.Segmenter in the bundle: see build.ts. Only supports graphemes, the only segments used here. The first real
// segmenter reads ICU's tables (25 ms), and most lists have no character that needs them.
const { Segmenter } = Intl;

// Characters that never join with their neighbours, so each is a grapheme: Latin, Greek and Cyrillic letters without
// combining marks, general punctuation without joiners, arrows, boxes, blocks and geometric shapes.
const alone =
  /^[\x20-\x7e\xa0-\u02ff\u0370-\u0482\u048a-\u052f\u2010-\u2027\u2030-\u205e\u20a0-\u20bf\u2190-\u2bff]*$/;

interface Segment {
  segment: string;
  index: number;
  input: string;
}

/** The segments of a text in which every character is a grapheme. */
class Characters {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  containing(index = 0): Segment | undefined {
    const segment = this.#text[index];
    return segment === undefined ? undefined : { segment, index, input: this.#text };
  }

  // Ink compares two lines by their segments with each frame, and a generator would make twice as many objects.
  [Symbol.iterator](): Iterator<Segment, undefined> {
    const text = this.#text;
    let index = 0;
    return {
      next: () =>
        index < text.length
          ? { done: false, value: { segment: text[index] as string, index: index++, input: text } }
          : { done: true, value: undefined },
    };
  }
}

/** Segments text like Intl.Segmenter, and creates one when a text first needs it. */
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
