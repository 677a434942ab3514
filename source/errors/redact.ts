const hidden = '***';

// A colon, a slash and an at sign, each as it is or percent-encoded, once or several times.
const colon = '(?::|%(?:25)*3A)';
const slash = '(?:/|%(?:25)*2F)';
const at = '(?:@|%(?:25)*40)';
const begins = `[a-z][a-z\\d+.-]*${colon}${slash}+`;
const user = `(?:(?!${at}|${colon})[^\\s/?#"])*`;
const port = '\\d{1,5}(?![^\\s/?#,"\'.;)\\]])';

// A word may hold any character, and where it stands in quotes it may hold spaces too: up to the last at sign.
const quotedUrl = new RegExp(`(["'\`]${begins}${user}${colon})[^]*(${at})`, 'gi');
const url = new RegExp(`(${begins}${user}${colon})\\S*(${at})`, 'gi');
// Cut off before its host, or with a stray "/" in the password.
const cutUrl = new RegExp(`(${begins}${user}${colon})(?!${port})[^\\s"]+`, 'gi');
const withoutScheme = /(^|[\s"'`(=/])([\w.%+-]+:)(?!\/)\S*@(?=[\w[.-])/g;

const secret = /(?:password|passwd|passphrase|pwd|pass)/.source;
const assigned = new RegExp(
  `(${secret}["']?(?:[\\s+]|%20)*(?:=|%(?:25)*3D)(?:[\\s+]|%20)*)` +
    // In quotes, to their end or that of the text; else one word, but for the quotes that the whole stands in.
    `(?:'(?:[^'\\\\]|\\\\[^])*(?:'|$)|(?:\\\\[^]|[^\\s\\\\])+?(?=["'\`][.,;:)]*(?:\\s|$)|\\s|$))`,
  'gi',
);

/**
 * A text without the passwords in it: in URLs, also percent-encoded or of several hosts, and after `password=` and its like, as in
 * libpq's connection strings. What it takes for a password may be more than one, but never less where it can be told.
 */
export function withoutPasswords(text: string): string {
  if (!mayHold.test(text)) return text;
  return text
    .replace(assigned, `$1${hidden}`)
    .replace(quotedUrl, `$1${hidden}$2`)
    .replace(url, `$1${hidden}$2`)
    .replace(cutUrl, (whole, start: string) =>
      whole.startsWith(`${start}${hidden}`) ? whole : `${start}${hidden}`,
    )
    .replace(withoutScheme, `$1$2${hidden}@`);
}

const mayHold = /[@=]|:\/|%/;
