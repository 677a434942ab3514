import { Text } from 'ink';
import type { Context } from '../../config/contexts/context.ts';
import type { InspectedDatabase } from '../../counter/inspect-database.ts';

/** The words of each label, as wide as they are shown. */
export const hostLabels = { demo: ' DEMO ', local: ' local ', remote: ' REMOTE ' } as const;

/** Where a database is, in one word, which stands out unless it is on this machine. */
export function HostLabel({ label }: Pick<InspectedDatabase, 'label'>) {
  const loud = label === 'local' ? {} : { inverse: true, bold: true };
  return (
    <Text {...loud} color={label === 'remote' ? 'yellow' : 'cyan'}>
      {hostLabels[label]}
    </Text>
  );
}

/** The name that the user gave the database, in the colour of their choice. */
export function ContextLabel({ context }: { context: Pick<Context, 'name' | 'color'> | null }) {
  if (context === null) return null;
  return (
    <Text bold inverse={context.color !== null} {...(context.color === null ? {} : { color: context.color })}>
      {` ${context.name} `}
    </Text>
  );
}
