import type { CatalogTrigger } from './catalog.ts';

/** A partition of a table at any depth, with its triggers that fire for each row. */
export interface Partition {
  /** The table that is no partition itself. */
  root: number;
  name: string;
  /** It holds rows. */
  isLeaf: boolean;
  triggers: readonly PartitionTrigger[];
}

export interface PartitionTrigger extends CatalogTrigger {
  oid: number;
  /** The trigger that it is a copy of, of the table above; 0 if it was created where it is. */
  parent: number;
}

// Of pg_trigger.tgtype: INSERT, DELETE and UPDATE; no trigger fires for each row of a TRUNCATE, whose bit is 32.
const events = [4, 8, 16];
const anyEvent = 4 | 8 | 16 | 32;

/**
 * The triggers that were created on partitions instead of their table, as if they were the table's. Those of one function are one, and
 * `partitions` says where that fires.
 */
export function partitionTriggers(all: readonly Partition[]): CatalogTrigger[] {
  return [...Map.groupBy(all, ({ root }) => root)].flatMap(([root, partitions]) =>
    triggersOf(root, partitions),
  );
}

function triggersOf(root: number, partitions: readonly Partition[]): CatalogTrigger[] {
  const known = new Map(
    partitions.flatMap(({ name, triggers }) =>
      triggers.map(trigger => [trigger.oid, { on: name, trigger }] as const),
    ),
  );
  /** Where it was created; null for a copy of a trigger of the table itself, which is not among them. */
  const created = ({ oid, parent }: PartitionTrigger): string | null => {
    const [own, above] = [known.get(oid), known.get(parent)];
    if (parent !== 0) return above ? created(above.trigger) : null;
    return own ? `${own.trigger.name} on ${own.on}` : null;
  };
  const leaves = partitions.filter(({ isLeaf }) => isLeaf);
  const firing = leaves.flatMap(({ name, triggers }) =>
    triggers.flatMap(trigger =>
      events
        .filter(bit => (trigger.type & bit) !== 0)
        .map(bit => ({ on: name, trigger, bit, made: created(trigger) })),
    ),
  );
  const whatItDoes = ({ trigger, bit }: (typeof firing)[number]) =>
    JSON.stringify([
      trigger.function,
      trigger.type & ~anyEvent,
      bit === 16 ? trigger.updateOf.toSorted() : [],
      // What follows the names of the trigger and its table.
      trigger.definition?.slice(trigger.definition.indexOf(' FOR EACH ROW ')) ?? null,
      bit,
    ]);
  const found = new Map<string, CatalogTrigger>();
  for (const same of Map.groupBy(firing, whatItDoes).values()) {
    const first = same.find(({ made }) => made !== null);
    if (!first) continue;
    const fires = new Set(same.flatMap(each => (each.trigger.enabled ? [each.on] : [])));
    const [on = [], off = []] = [true, false].map(is =>
      leaves.flatMap(({ name }) => (fires.has(name) === is ? [name] : [])),
    );
    const made = [...new Set(same.flatMap(each => each.made ?? []))];
    const { oid, parent: _, ...trigger } = first.trigger;
    const type = (trigger.type & ~anyEvent) | first.bit;
    const key = JSON.stringify([oid, made, on]);
    const before = found.get(key);
    if (before) before.type |= type;
    else
      found.set(key, {
        ...trigger,
        type,
        table: root,
        enabled: on.length > 0,
        partitions: { made, on, off },
      });
  }
  return [...found.values()];
}
