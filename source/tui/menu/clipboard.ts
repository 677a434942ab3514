/** In bytes. What is longer, several terminals cut or ignore: as base64 this is just below 75,000 characters. */
export const mostCopied = 56_000;

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The sequence that asks a terminal to put a text on the clipboard (OSC 52). The text is in it as base64 alone. Inside tmux it is sent
 * twice: once for tmux itself (`set-clipboard on`), and once for tmux to hand on to its terminal (`allow-passthrough on`).
 */
export function copySequence(text: string, { TMUX }: Environment): string {
  const sequence = `\u001b]52;c;${Buffer.from(text).toString('base64')}\u0007`;
  if (!TMUX) return sequence;
  return `${sequence}\u001bPtmux;${sequence.replaceAll('\u001b', '\u001b\u001b')}\u001b\\`;
}

/** What can be said of a text after it was sent: no terminal answers. */
export function sentWords(what: string, { TMUX }: Environment): string {
  return TMUX
    ? `Sent to tmux, to copy if set-clipboard is on: ${what}`
    : `Sent to the terminal, to copy if it can: ${what}`;
}
