import { Box, Text, type TextProps, Transform } from 'ink';

/** A text that wraps. Where it begins with blanks, all of its rows do. */
export function Paragraph({ children, ...props }: TextProps) {
  const words = typeof children === 'string' ? children.trimStart() : children;
  const blanks = typeof children === 'string' ? children.length - children.trimStart().length : 0;
  const text = (
    <Transform transform={trimmed}>
      <Text {...props}>{words}</Text>
    </Transform>
  );
  return blanks === 0 ? text : <Box paddingLeft={blanks}>{text}</Box>;
}

// Ink breaks a line before a space if the word before it ends in the last column. The codes of a colour come before it.
function trimmed(row: string): string {
  return row.replace(leading, '$1');
}

const leading = /^((?:\u001b\[[\d;]*m)*) +/;
