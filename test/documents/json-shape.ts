/** The keys of a JSON document as docs/json.md writes them; null where it does not say what a key holds. */
export type Shape = { [key: string]: Shape | null };

/** Reads `{a, b: {c}, d: [{e}]}`; a list is described by what stands in it. */
export function readShape(text: string): Shape {
  const tokens = text.match(/\w+|[{}:]/g) ?? [];
  const readObject = (): Shape => {
    const shape: Shape = {};
    for (let token = tokens.shift(); token !== undefined && token !== '}'; token = tokens.shift()) {
      shape[token] = tokens[0] === ':' ? readValue() : null;
    }
    return shape;
  };
  const readValue = () => {
    tokens.splice(0, 2);
    return readObject();
  };
  tokens.shift();
  return readObject();
}

/** Where a value has other keys than the shape, by their paths: `+ a.b` is not described, `- a.b` is not there. */
export function differences(shape: Shape, value: unknown, path = ''): string[] {
  const one: unknown = Array.isArray(value) ? value[0] : value;
  // An empty list, or a part that is null here, has no keys to compare.
  if (typeof one !== 'object' || one === null) return [];
  const keys = Object.keys(one);
  return [
    ...keys.filter(key => !(key in shape)).map(key => `+ ${path}${key}`),
    ...Object.entries(shape).flatMap(([key, inner]) => {
      if (!keys.includes(key)) return [`- ${path}${key}`];
      return inner === null
        ? []
        : differences(inner, (one as Record<string, unknown>)[key], `${path}${key}.`);
    }),
  ];
}
