import { type RunningProxy, startProxy } from './proxy.ts';

// A letter and the length of what follows, including the length itself.
const headLength = 5;
// The fields of an error or a notice that a server translates: severity, message, detail, hint and context.
const translated = new Set([...'SMDHW']);

/**
 * A proxy to the server at `url` that says every error and notice in words of another language, as `lc_messages` does: with codes,
 * names, numbers and places as they are. What a RAISE says is left, as a server leaves it.
 */
export function startTranslatingProxy(url: string): Promise<RunningProxy> {
  return startProxy(url, {
    sentOn: () => {
      let kept = Buffer.alloc(0);
      let begun = false;
      return data => {
        // The answer to a request for encryption is a letter without a length.
        if (!begun && data.length === 1) return data;
        begun = true;
        kept = Buffer.concat([kept, data]);
        const whole: Buffer[] = [];
        while (kept.length >= headLength && kept.length > kept.readUInt32BE(1)) {
          const length = 1 + kept.readUInt32BE(1);
          whole.push(translatedMessage(kept.subarray(0, length)));
          kept = kept.subarray(length);
        }
        return Buffer.concat(whole);
      };
    },
  });
}

function translatedMessage(message: Buffer): Buffer {
  const letter = String.fromCharCode(message[0] ?? 0);
  if (letter !== 'E' && letter !== 'N') return message;
  const fields = message
    .toString('utf8', headLength)
    .split('\0')
    .filter(field => field !== '');
  const isRaised = fields.includes('Rexec_stmt_raise');
  const said = fields.map(field =>
    translated.has(field.charAt(0)) && (field.startsWith('W') || !isRaised)
      ? field.charAt(0) + inOtherWords(field.slice(1))
      : field,
  );
  const body = Buffer.from(`${said.join('\0')}\0\0`);
  const head = Buffer.alloc(headLength, letter);
  head.writeUInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

/** Names stay, in the quotes of the other language; every other word becomes one that nobody knows. */
export function inOtherWords(text: string): string {
  return text.replace(
    /"([^"]*)"|[\w$]+(?:\.[\w$]+)*\([^()]*\)|[A-Za-z]+(?:[./_]\w+)+|inline_code_block|([A-Za-z])([A-Za-z]*)/g,
    (whole, quoted?: string, first?: string, rest = '') =>
      quoted !== undefined
        ? `»${quoted}«`
        : first === undefined
          ? whole
          : `${first}ü${[...rest].reverse().join('')}`,
  );
}
