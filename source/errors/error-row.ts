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
  /** The function of the server's source that raised it: not translated, as its words are; empty if it does not say. */
  routine: string;
  /** True if a statement ended sooner than its timeout would have ended it. */
  early: boolean;
}

type Sentence = string | ((told: Told) => string);

/** The sentences for errors with one of these codes; with `saying`, `host` or `when`, only for those that match. */
export interface ErrorRow {
  on: string | RegExp;
  /** For what is said in English alone, such as by poolers, and for names of files: a server translates its messages. */
  saying?: RegExp;
  host?: RegExp;
  when?: (told: Told) => boolean;
  code: string;
  message: (told: Told) => string;
  hint: Sentence;
}
