/** An identifier without its quotes: `"My ""x"""` becomes `My "x"`. */
export function unquoted(identifier: string): string {
  return identifier.startsWith('"') ? identifier.slice(1, -1).replaceAll('""', '"') : identifier;
}
