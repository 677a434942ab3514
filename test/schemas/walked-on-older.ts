// Where versions differ most: partitions, inheritance, domains, types of extensions, functions and triggers. Where the older
// version is not installed they are walked on the server of the other tests, and in full on both.
export const walkedOnOlder: readonly string[] = [
  'both-partitioned-by-hash',
  'records-partitioned-by-time',
  'records-inherited',
  'keys-citext',
  'keys-of-a-domain',
  'more-triggers',
  'overloaded-function',
  'two-schemas',
];
