import type { IdentifierReference, Node, Program } from 'oxc-parser';
import type { Binding } from '../follow/bindings.ts';

/** A file of JavaScript or TypeScript that was parsed. */
export interface CodeModule {
  /** Relative to the directory that is scanned. */
  file: string;
  text: string;
  program: Program;
  /** What is declared in each node that makes a scope. */
  scopes: Map<Node, Map<string, Binding>>;
  /** Identifiers by name, for whoever asks what is done with a variable. */
  identifiers: Map<string, IdentifierReference[]>;
  calls: Extract<Node, { type: 'CallExpression' }>[];
  /** String literals and templates. */
  strings: Node[];
  classes: Extract<Node, { type: 'ClassDeclaration' | 'ClassExpression' }>[];
}

/** An expression, and the file that its names mean something in. */
export interface Reference {
  module: CodeModule;
  node: Node;
}
