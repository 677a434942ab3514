import type { IdentifierReference, Node, Program } from 'oxc-parser';
import type { Binding } from '../follow/bindings.ts';

/** A parsed JavaScript or TypeScript file. */
export interface CodeModule {
  /** Relative to the scanned directory. */
  file: string;
  text: string;
  program: Program;
  /** What is declared in each node that makes a scope. */
  scopes: Map<Node, Map<string, Binding>>;
  /** Identifiers by name, to find out how a variable is used. */
  identifiers: Map<string, IdentifierReference[]>;
  calls: Extract<Node, { type: 'CallExpression' }>[];
  /** String literals and templates. */
  strings: Node[];
  /** Interfaces and types by name. */
  types: Map<string, Node>;
  classes: Extract<Node, { type: 'ClassDeclaration' | 'ClassExpression' }>[];
}

/** An expression, and the file that its names belong to. */
export interface Reference {
  module: CodeModule;
  node: Node;
}
