import type { CounterDefinition } from '../counter/definition/definition.ts';
import { isAboutUsage } from './app-log/usage-words.ts';

/** What lines of a log may be about. */
export interface About {
  /** In a few words, after "about". */
  topic: string;
  /** What is lost by an error. */
  lost: string;
  isAbout: (text: string) => boolean;
}

/** The use of presets. */
export const aboutPresets: About = {
  topic: 'usage tracking',
  lost: 'a use',
  isAbout: isAboutUsage,
};

/** A counter: its count, its records, and what keeps it, by their names. */
export function aboutCounter({ row, record, writers, nouns }: CounterDefinition): About {
  const names = [row.count, record.table, ...writers.map(({ name }) => nameOf(name))].flatMap(name => [
    name,
    name.replaceAll(/_(\p{L})/gu, (_, letter: string) => letter.toUpperCase()),
  ]);
  const [one, many] = nouns.record;
  const wanted = new RegExp(
    [...new Set(names)].map(name => `(?<![\\p{L}\\d_])${escaped(name)}(?![\\p{L}\\d_])`).join('|'),
    'iu',
  );
  return {
    topic: many,
    lost: `${/^[aeio]/i.test(one) ? 'an' : 'a'} ${one}`,
    // JSON writes a line break as \n; its n would be joined to a name after it.
    isAbout: text => wanted.test(text.replaceAll(/\\[nrt]/g, ' ')),
  };
}

/** The name alone of a function or trigger, such as `count_comment` of `public.count_comment()`. */
function nameOf(writer: string): string {
  const [name = ''] = writer.split(/\(| on /);
  return (name.split('.').at(-1) ?? name).replaceAll('"', '');
}

function escaped(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
