import type { Tables } from '../discovery/tables.ts';

/** The tables with the one that is written in place of the rows', so that its triggers are read. */
export function asWritten(tables: Tables): Tables {
  const { oid, name, count, apart } = tables.written;
  return apart ? { ...tables, presets: { ...tables.presets, oid, name, count } } : tables;
}
