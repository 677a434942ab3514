import { Text, type TextProps } from 'ink';

/** A text in one row, cut at the edge of the terminal, with a mark where it is cut. */
export function Line(props: TextProps) {
  return <Text {...props} wrap="truncate-end" />;
}
