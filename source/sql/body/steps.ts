import type { Node, TypeName } from 'libpg-query';

/**
 * One step of a routine's body. Where the parser refused an expression its tree is null. `line` counts from 1 in the body; SQL has 0.
 * `strict`: INTO raises an error where there are several rows; else it takes the first.
 */
export type Step = { line: number } & (
  | { kind: 'statement'; node: Node; into: IntoTarget | null; strict: boolean }
  /** `checked`: the variable takes no NULL, or no value of any length, so that this may raise an error. */
  | { kind: 'assign'; target: readonly string[]; value: Node | null; checked?: boolean }
  /** GET DIAGNOSTICS: the number of rows that the statement before it changed. */
  | { kind: 'row-count'; target: readonly string[] }
  /** IF, and CASE: the first branch whose condition is true. */
  | {
      kind: 'choice';
      branches: readonly { when: Node | null; steps: readonly Step[] }[];
      otherwise: readonly Step[];
    }
  /** A loop over the rows of a query; null where they come from elsewhere. */
  | {
      kind: 'loop';
      target: IntoTarget | null;
      query: Node | null;
      steps: readonly Step[];
      label: string | null;
    }
  /** `again`: it is LOOP, which begins again where it is not left. */
  | {
      kind: 'block';
      steps: readonly Step[];
      handlers: readonly Handler[];
      label: string | null;
      again: boolean;
    }
  | { kind: 'return'; value: Node | null }
  /** `veto`: it is no error, and what was written before stays. `as`: the name or SQLSTATE of the error, where that is known. */
  | { kind: 'raise'; veto?: true; as?: string | null }
  /** EXIT, or CONTINUE where it does not `exit`: of the block or loop with the label, else of the innermost loop. */
  | { kind: 'leave'; label: string | null; exit: boolean }
  | { kind: 'dynamic'; text: Node | null; target: IntoTarget | null }
);

/** WHEN of EXCEPTION: names of errors, or SQLSTATEs, folded as they are written. */
export interface Handler {
  conditions: readonly string[];
  steps: readonly Step[];
}

/** The variables that a query sets: one record, or one variable for each of its columns. */
export type IntoTarget = { record: string } | { variables: readonly (readonly string[])[] };

/** A body as steps. `problem` is what the parser says where it cannot be read at all. */
export interface BodySteps {
  steps: readonly Step[];
  /** Every variable that it declares, folded. */
  variables: readonly string[];
  /** The types of those that hold a number, a truth value, a text or a time: what is assigned to one becomes that. */
  types: Readonly<Record<string, TypeName>>;
  /** Names that several variables have: which of them is meant is not followed. */
  shared: readonly string[];
  /** The default of each input argument; null for one that has none. */
  defaults: readonly (Node | null)[];
  problem: string | null;
}
