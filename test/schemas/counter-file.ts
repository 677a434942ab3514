import { readdirSync, readFileSync } from 'node:fs';

/** A file of `counters`: a counter as applications have it, with mistakes, and what the console is expected to say. */
export interface CounterFile {
  name: string;
  sql: string;
  /** Its id. */
  counter: string;
  /** The query that a person would type: `id`, `count` and `truth` of every row, as text. */
  truth: string;
  /** The events, besides TRUNCATE, that its triggers do not count, or not always. */
  missed: string[];
  /** `counts-right` where migrate has nothing to do, or `installs`. TRUNCATE, which only the owner can do, is not needed. */
  migrate: string;
  /** `deleted` where a reset deletes the records, or `refused`. */
  history: string;
  /** What the application does. */
  uses: string;
}

const keys = ['counter', 'truth', 'missed', 'migrate', 'history', 'uses'] as const;

/** Reads every counter; the comments at the head of a file, such as `-- counter: public.posts.likes`, say what is expected. */
export function readCounterFiles(): CounterFile[] {
  const directory = new URL('./counters/', import.meta.url);
  return readdirSync(directory)
    .sort()
    .map(file => {
      const sql = readFileSync(new URL(file, directory), 'utf8');
      const told = new Map(
        Array.from(sql.matchAll(/^-- (\w+): (.*)$/gm), ([, key = '', value = '']) => [key, value]),
      );
      for (const key of told.keys()) {
        if (!keys.some(known => known === key))
          throw new Error(`${file} expects ${key}, which nothing looks at.`);
      }
      const of = (key: (typeof keys)[number]) => {
        const value = told.get(key);
        if (value === undefined) throw new Error(`${file} does not say ${key}.`);
        return value;
      };
      return {
        name: file.replace(/\.sql$/, ''),
        sql,
        counter: of('counter'),
        truth: of('truth'),
        missed: of('missed') === 'nothing' ? [] : of('missed').split(' '),
        migrate: of('migrate'),
        history: of('history'),
        uses: of('uses'),
      };
    });
}
