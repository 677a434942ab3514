import type { CounterDefinition } from '../../../source/counter/definition/definition.ts';
import type { Kind } from '../../counter/kinds/kinds.ts';

const quote = (name: string) => `"${name}"`;

/** SQL that sets every count of a kind to the truth, as plain SQL tells it. */
function setCounts({ truth, definition }: Kind): string {
  const { row, via } = definition;
  const keys = row.key.map(name => `p.${quote(name)}`);
  const id =
    keys.length === 1
      ? `${keys[0]}::text`
      : keys.length === 0
        ? `'[]'`
        : `json_build_array(${keys.map(key => `${key}::text`).join(', ')})::text`;
  if (!via) {
    return `UPDATE ${quote(row.table)} p SET ${quote(row.count)} = t.truth FROM (${truth}) t WHERE t.id::text = ${id} AND p.${quote(row.count)} IS DISTINCT FROM t.truth`;
  }
  const columns = via.row.map(quote).join(', ');
  return `INSERT INTO ${quote(via.table)} (${columns}, ${quote(row.count)}) SELECT ${keys.join(', ')}, t.truth FROM ${quote(row.table)} p JOIN (${truth}) t ON t.id::text = ${id}
     ON CONFLICT (${columns}) DO UPDATE SET ${quote(row.count)} = excluded.${quote(row.count)}`;
}

/** A trigger that counts right for any kind, on these events, with all counts right to begin with. */
export function recount(kind: Kind, events = 'INSERT OR UPDATE OR DELETE'): string {
  return `${setCounts(kind)};
    CREATE FUNCTION recount() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, ext AS $$ BEGIN
      IF pg_trigger_depth() = 1 THEN ${setCounts(kind)}; END IF; RETURN NULL;
    END $$;
    CREATE TRIGGER recount AFTER ${events} ON ${quote(kind.definition.record.table)} FOR EACH STATEMENT EXECUTE FUNCTION recount()`;
}

/** The definition, as it is known by its trigger. */
export function keptByTrigger(definition: CounterDefinition): CounterDefinition {
  return {
    ...definition,
    writers: [{ kind: 'trigger', name: 'recount', events: ['insert', 'update', 'delete'] }],
  };
}
