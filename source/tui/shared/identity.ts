import cliTruncate from 'cli-truncate';
import stringWidth from 'string-width';
import type { InspectedServer } from '../../counter/inspect-database.ts';
import { displayText, toWidth } from '../../format/text.ts';
import type { State } from '../state/model.ts';
import { hostLabels } from './place-label.tsx';
import { sessionSummary } from './session-summary.ts';

// In columns: wide enough for more than the essentials.
const wide = 120;
// In cells: a shorter name says nothing.
const leastName = 8;
// Both ends of a host tell it from others, with a port.
const leastHost = 12;

/**
 * The database, and what stands behind it in the first line. Where there is no room the user gives way first, then the
 * name of the database, then what is said last of the session, and last the middle of the host: never its ends, the version, or
 * whether the database may be written.
 */
export function identityWords(
  inspected: InspectedServer,
  { size, readOnly, context }: Pick<State, 'size' | 'readOnly' | 'context'>,
  mark: string,
): { database: string; rest: string } {
  const { server, host, label, source } = inspected;
  const database = displayText(server.database);
  const session = sessionSummary(inspected, readOnly);
  const from = source !== null && size.columns >= wide ? `, from ${displayText(source)}` : '';
  const words = (user: string, product: string, said: number, origin = '', place = displayText(host)) =>
    ` at ${place}${user}, ${product}${server.version}${origin}, ${session.slice(0, said).join(', ')}`;
  const user = ` as ${displayText(server.user)}`;
  const labels = stringWidth(hostLabels[label]) + (context === null ? 0 : stringWidth(context.name) + 2);
  const room = size.columns - labels - 1;
  const ways = [
    words(user, 'PostgreSQL ', session.length, from),
    words(user, 'PostgreSQL ', session.length),
    words('', 'PostgreSQL ', session.length),
    words('', 'PG ', session.length),
  ];
  const whole = ways.find(rest => stringWidth(database) + stringWidth(rest) <= room);
  if (whole !== undefined) return { database, rest: whole };
  // Whether it may be written stands behind `standby`.
  const access = server.standby ? 2 : 1;
  const shorter = session.slice(access - 1).map((_, index) => words('', 'PG ', session.length - index));
  const least = Math.min(stringWidth(database), leastName);
  const rest = shorter.find(each => stringWidth(each) + least <= room) ?? withHost();
  const left = Math.max(least, room - stringWidth(rest));
  return { database: toWidth(database, Math.min(left, stringWidth(database)), 'left', mark), rest };

  function withHost(): string {
    const width = room - least - stringWidth(words('', 'PG ', access, '', ''));
    // The terminal's edge cuts what stands last.
    if (width < leastHost) return `, ${session.slice(0, access).join(', ')} at ${displayText(host)}`;
    const place = cliTruncate(displayText(host), width, { position: 'middle', truncationCharacter: mark });
    return words('', 'PG ', access, '', place);
  }
}
