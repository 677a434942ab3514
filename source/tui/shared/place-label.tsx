import { Text } from 'ink';
import type { InspectedDatabase } from '../../counter/inspect-database.ts';

const labels = { demo: ' DEMO ', local: ' local ', remote: ' REMOTE ' } as const;

/** Where a database is, in one word, which stands out unless it is on this machine. */
export function HostLabel({ label }: Pick<InspectedDatabase, 'label'>) {
  const loud = label === 'local' ? {} : { inverse: true, bold: true };
  return (
    <Text {...loud} color={label === 'remote' ? 'yellow' : 'cyan'}>
      {labels[label]}
    </Text>
  );
}
