/**
 * Where versions differ most: partitions, inheritance, domains, types of extensions, functions and triggers. Where the older
 * version is not installed they are walked on the server of the other tests, and in full on both.
 */
export const walkedOnOlder: readonly string[] = [
  'both-partitioned-by-hash',
  'records-inherited',
  'keys-of-a-domain',
  'overloaded-function',
];

/** Of each kind one, on the server of the other tests. */
export const walkedHere: readonly string[] = [
  'records-partitioned-by-time',
  'keys-citext',
  'more-triggers',
  'two-schemas',
  'counts-beyond-exact-numbers',
  'view-of-the-same-name',
];
