/** The name that a mistyped word was most likely meant to be: at most half of its letters wrong, and no more than two. */
export function nearest(word: string, names: readonly string[]): string | undefined {
  const [closest] = names
    .map(name => ({ name, wrong: distance(word, name) }))
    .filter(({ name, wrong }) => wrong <= mostWrong(name))
    .sort((a, b) => a.wrong - b.wrong);
  return closest?.name;
}

/** Whether one word was probably meant to be the other. */
export function isNear(word: string, name: string): boolean {
  return distance(word, name) <= mostWrong(name);
}

const mostWrong = (name: string) => Math.min(2, name.length / 2);

/** How many letters are missing, surplus, wrong or swapped with their neighbour. */
function distance(from: string, to: string): number {
  const rows: number[][] = [Array.from({ length: to.length + 1 }, (_, index) => index)];
  const at = (row: number, column: number) => rows[row]?.[column] ?? Number.POSITIVE_INFINITY;
  for (let row = 1; row <= from.length; row += 1) {
    rows[row] = [row];
    for (let column = 1; column <= to.length; column += 1) {
      const swapped = from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      rows[row]?.push(
        Math.min(
          at(row - 1, column) + 1,
          at(row, column - 1) + 1,
          at(row - 1, column - 1) + (from[row - 1] === to[column - 1] ? 0 : 1),
          swapped ? at(row - 2, column - 2) + 1 : Number.POSITIVE_INFINITY,
        ),
      );
    }
  }
  return at(from.length, to.length);
}
