import { Text, type TextProps, Transform } from 'ink';

/** A text that wraps. */
export function Paragraph(props: TextProps) {
  return (
    <Transform transform={trimmed}>
      <Text {...props} />
    </Transform>
  );
}

// Ink breaks a line before a space if the word before it ends in the last column. The codes of a colour come before it.
function trimmed(row: string): string {
  return row.replace(leading, '$1');
}

const leading = /^((?:\u001b\[[\d;]*m)*) +/;
