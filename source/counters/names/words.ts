const irregular: Readonly<Record<string, string>> = {
  people: 'person',
  children: 'child',
  men: 'man',
  women: 'woman',
  feet: 'foot',
  teeth: 'tooth',
  mice: 'mouse',
  geese: 'goose',
  leaves: 'leaf',
  lives: 'life',
  wives: 'wife',
  knives: 'knife',
  shelves: 'shelf',
  halves: 'half',
  wolves: 'wolf',
  analyses: 'analysis',
  indices: 'index',
  vertices: 'vertex',
  matrices: 'matrix',
  criteria: 'criterion',
  media: 'medium',
  movies: 'movie',
  cookies: 'cookie',
  series: 'series',
  species: 'species',
  statuses: 'status',
  bonuses: 'bonus',
  quizzes: 'quiz',
  aliases: 'alias',
  viruses: 'virus',
  buses: 'bus',
  cases: 'case',
  uses: 'use',
  news: 'news',
};
const plurals: ReadonlyMap<string, string> = new Map(
  Object.entries(irregular).map(([many, one]) => [one, many]),
);

/** The words of a name: `commentsCount` and `comments_count` are comments and count. */
export function wordsOf(name: string): string[] {
  return name
    .replace(/([a-z\d])([A-Z])/g, '$1_$2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1_$2')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean);
}

/** A word in the singular. */
export function singular(word: string): string {
  const known = irregular[word];
  if (known !== undefined) return known;
  if (/[^aeiou]ies$/.test(word) && word.length > 4) return `${word.slice(0, -3)}y`;
  if (/(?:ch|sh|x|ss|zz)es$/.test(word)) return word.slice(0, -2);
  if (/[^su]s$/.test(word) && !/is$/.test(word)) return word.slice(0, -1);
  return word;
}

/** A word in the plural; one that is already may be given. */
export function plural(given: string): string {
  const word = singular(given);
  const known = plurals.get(word);
  if (known !== undefined) return known;
  if (/[^aeiou]y$/.test(word)) return `${word.slice(0, -1)}ies`;
  if (/(?:ch|sh|x|s|z)$/.test(word)) return `${word}es`;
  return `${word}s`;
}

/** Whether a word can be counted, as far as its form tells. */
export function isPlural(word: string): boolean {
  return singular(word) !== word || plurals.has(word) || word === 'series';
}
