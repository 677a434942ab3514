import type { ServerAddress } from './server-address.ts';

/** What sentences about an error are made from. */
export interface Told {
  place: ServerAddress;
  /** The address of the server. */
  at: string;
  /** What the server or the driver says. */
  own: string;
  /** Where the address came from, in brackets, after a space; or nothing. */
  from: string;
  /** What there is to say of the password, after a space; or nothing. */
  notice: string;
  /** What OpenSSL says, where it says something. */
  reason: string;
  /** The code of the error. */
  error: string;
}

type Sentence = string | ((told: Told) => string);

/** The sentences for errors with one of these codes; with `saying` or `host`, only for those whose text or host matches. */
export interface ErrorRow {
  on: string | RegExp;
  saying?: RegExp;
  host?: RegExp;
  code: string;
  message: (told: Told) => string;
  hint: Sentence;
}
