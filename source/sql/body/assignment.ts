import { folded } from '../names.ts';

const part = /"[^"]*(?:""[^"]*)*"|\$\d+|[\p{L}_][\p{L}\p{N}_$]*/gu;
const assignment =
  /^\s*((?:"[^"]*(?:""[^"]*)*"|\$\d+|[\p{L}_][\p{L}\p{N}_$]*)(?:\s*\.\s*(?:"[^"]*(?:""[^"]*)*"|[\p{L}_][\p{L}\p{N}_$]*)|\s*\[[^\]]*\])*)\s*:?=/u;

/** The parts of a name as PL/pgSQL reads them: `NEW.title` is new and title. */
export function nameParts(name: string): string[] {
  return [...name.matchAll(part)].map(([each]) => folded(each));
}

/** What an assignment of PL/pgSQL sets, and where in its text the expression begins; null for any other statement. */
export function splitAssignment(text: string): { target: string[]; at: number } | null {
  const match = assignment.exec(text);
  if (!match) return null;
  const [whole, target = ''] = match;
  return { target: nameParts(target), at: whole.length };
}
