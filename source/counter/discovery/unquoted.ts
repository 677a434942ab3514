/** The name that an identifier as the server quotes it stands for: `"My ""x"""` is `My "x"`. */
export function unquoted(identifier: string): string {
  return identifier.startsWith('"') ? identifier.slice(1, -1).replaceAll('""', '"') : identifier;
}
