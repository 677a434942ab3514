import { trackName, trackParameters } from '../trigger/expected-names.ts';

/** How a routine is called. */
export interface Signature {
  kind: 'function' | 'procedure';
  /** Of its parameters; empty for one without a name. */
  names: string[];
  /** Of its parameters, such as `uuid`. */
  types: string[];
  /** How many of them may be left out. */
  defaults: number;
  /** What it returns; null for a procedure. */
  result: string | null;
}

// The last parameter of the shipped function may be left out.
const required = trackParameters.length - 1;

/** Why calls of a function for a use that work today would not work with the shipped one, in words; empty if they all would. */
export function lostCalls({ kind, names, types, defaults, result }: Signature): string[] {
  const called = (place: number) => names[place] || `parameter ${place + 1}`;
  const omitted = types
    .map((_, place) => place)
    .filter(place => place >= types.length - defaults && place < required);
  return [
    ...(kind === 'procedure' ? ['it is a procedure'] : []),
    ...(kind === 'function' && result !== 'uuid' ? [`it returns ${result}`] : []),
    ...omitted.map(place => `${called(place)} may be left out`),
    ...trackParameters.flatMap(({ name }, place) =>
      names[place] && names[place] !== name ? [`parameter ${place + 1} is named ${names[place]}`] : [],
    ),
    ...trackParameters.flatMap(({ type }, place) => {
      const own = types[place];
      const fits = own === undefined || own === type || (type === 'text' && own === 'character varying');
      return fits ? [] : [`${called(place)} is ${own}`];
    }),
  ];
}

/** Why the shipped function is not installed beside one that stores uses and stays. */
export function staysWords(identity: string, lost: readonly string[]): string {
  return `${identity} stores a use, and stays: ${lost.join(', ')}, unlike the shipped ${trackName}()`;
}
