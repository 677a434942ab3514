import { expect, test } from 'vitest';
import { hasWriteWords } from '../../../source/scan/candidates/write-words.ts';
import { statementWords } from '../../../source/scan/code/read-sql-texts.ts';
import { writers } from '../../../source/scan/code/write-methods.ts';

test.each([
  ...[...writers].map(method => `row.${method}(a)`),
  ...statementWords
    .split('|')
    .flatMap(word => [`sql\`${word} a\``, `q(['${word.toUpperCase()} a', b].join())`]),
  'sql`\n  -- why\n  /* not */ with a`',
  "callRPC('a')",
  'em.persistAndFlush(a)',
  "fetch(url, { method: 'PATCH' })",
  'http.Put(url)',
  'axios.post(url)',
  'head + " update " + table',
  'row.\\u0073et(a)',
  "row['\\x73et'](a)",
])('%j may write', text => {
  expect(hasWriteWords(text)).toBe(true);
});

test.each([
  "const rows = await db.from('a').select('id, usage_count').order('usage_count');",
  'const [open, setOpen] = useState(false);',
  'const { updatedAt, created, inserted, values_ } = row;',
  '<p>Do not delete or drop, and copy with care.</p>',
])('%j does not', text => {
  expect(hasWriteWords(text)).toBe(false);
});
