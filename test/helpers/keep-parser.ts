import { keepParser } from '../../source/sql/parser/parser-process.ts';

// Many files share a process, and one parser is enough for it: each start costs 0.15 s of CPU time.
keepParser(60_000);
