const tables = 2_000;
const functions = 1_500;
/** Of the functions, how many keep a count, and how many change a number that is none. */
const counting = 150;
const changing = 300;

/** The statements of a database with many tables and functions, a few hundred at a time, and how many counters its bodies keep. */
export function largeSchema(): { statements: string[]; kept: number } {
  const found: string[] = [];
  for (let at = 0; at < tables; at += 1) {
    const parent = at % 10 === 0 ? '' : `, group_id bigint REFERENCES things_${at - (at % 10)}`;
    found.push(`CREATE TABLE things_${at} (id bigint PRIMARY KEY${parent}, name text, state text, note text, size integer, amount numeric,
      items_count integer DEFAULT 0, position integer, settings jsonb, deleted_at timestamptz, created_at timestamptz DEFAULT now(), updated_at timestamptz);
      CREATE INDEX ON things_${at} (created_at);`);
  }
  for (let at = 0; at < functions; at += 1) found.push(routine(at));
  return { statements: inParts(found, 200), kept: counting };
}

function routine(at: number): string {
  const table = `things_${at + 1}`;
  if (at < counting) {
    const record = at * 10 + 1;
    const parent = at * 10;
    return `CREATE FUNCTION count_${at}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
      BEGIN
        IF TG_OP = 'INSERT' THEN
          IF NEW.deleted_at IS NULL THEN UPDATE things_${parent} SET items_count = items_count + 1, updated_at = now() WHERE id = NEW.group_id; END IF;
        ELSIF TG_OP = 'DELETE' THEN
          IF OLD.deleted_at IS NULL THEN UPDATE things_${parent} SET items_count = GREATEST(items_count - 1, 0) WHERE id = OLD.group_id; END IF;
        ELSIF OLD.deleted_at IS DISTINCT FROM NEW.deleted_at THEN
          UPDATE things_${parent} SET items_count = items_count + CASE WHEN NEW.deleted_at IS NULL THEN 1 ELSE -1 END WHERE id = NEW.group_id;
        END IF;
        RETURN NULL;
      END $$;
      CREATE TRIGGER count_${at} AFTER INSERT OR UPDATE OR DELETE ON things_${record} FOR EACH ROW EXECUTE FUNCTION count_${at}();`;
  }
  if (at < counting + changing) {
    return `CREATE FUNCTION change_${at}(p_id bigint, p_size integer) RETURNS void LANGUAGE plpgsql AS $$
      DECLARE v_now timestamptz := now();
      BEGIN
        UPDATE ${table} SET size = p_size, position = position + 1, updated_at = v_now WHERE id = p_id;
        IF NOT FOUND THEN RAISE EXCEPTION 'no row %', p_id; END IF;
      END $$;`;
  }
  if (at % 2 === 0) {
    return `CREATE FUNCTION touch_${at}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.updated_at := now(); RETURN NEW; END $$;
      CREATE TRIGGER touch_${at} BEFORE UPDATE ON ${table} FOR EACH ROW EXECUTE FUNCTION touch_${at}();`;
  }
  return `CREATE FUNCTION find_${at}(p_name text) RETURNS SETOF ${table} LANGUAGE sql STABLE AS $$
      SELECT t.* FROM ${table} t WHERE t.name = p_name AND t.deleted_at IS NULL ORDER BY t.created_at DESC LIMIT 100 $$;`;
}

function inParts(list: readonly string[], size: number): string[] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, at) =>
    list.slice(at * size, (at + 1) * size).join('\n'),
  );
}
