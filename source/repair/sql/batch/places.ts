const placed = (name: string, type: string) =>
  `pg_catalog.unnest((e.value OPERATOR(pg_catalog.->>) '${name}')::pg_catalog.${type}[])`;

/** Takes the places of the records out of the order: reading its text takes longer than all else that is done with it. */
export const takePlaces = `SELECT array_agg(u.place), array_agg(u.relation), array_agg(u.version), array_agg(u.n), array_agg(e.batch) INTO places, place_relations, place_versions, place_numbers, place_batches
    FROM jsonb_array_elements(given->'deletes') WITH ORDINALITY e (value, batch)
    CROSS JOIN LATERAL ROWS FROM (${placed('relations', 'oid')}, ${placed('places', 'tid')}, ${placed('versions', 'xid')}) WITH ORDINALITY u (relation, place, version, n);`;

/** The variables into which they go. */
export const placeLists = `places tid[];
  place_relations oid[];
  place_versions xid[];
  place_numbers int8[];
  place_batches int8[];`;

/** The places `m` of the records that are deleted, each with its version, in the order of the receipt. */
export const orderedPlaces = `(SELECT u.relation, u.place, u.version, u.n, u.batch FROM ROWS FROM (${[
  'place_relations',
  'places',
  'place_versions',
  'place_numbers',
  'place_batches',
]
  .map(list => `pg_catalog.unnest(${list})`)
  .join(', ')}) u (relation, place, version, n, batch) OFFSET 0)`;

/**
 * Whether a record `r` is the version in the place `m`. The places once more as an array: by a join alone, the planner would read the whole
 * table for each batch.
 */
export const isInPlace = `r.ctid OPERATOR(pg_catalog.=) ANY (places) AND r.ctid OPERATOR(pg_catalog.=) m.place AND r.tableoid OPERATOR(pg_catalog.=) m.relation
    AND r.xmin OPERATOR(pg_catalog.=) m.version`;
