import { ConsoleError, exitCodes } from '../../errors/errors.ts';
import type { CounterDefinition } from '../definition/definition.ts';
import { presetNouns } from '../definition/nouns.ts';
import { presetNames } from '../definition/preset-names.ts';
import type { Relation } from '../schema/relation.ts';
import { requireComparable, timeColumn } from './column-kinds.ts';
import { findColumn, needColumn } from './find-column.ts';

/**
 * The counter of presets, with its columns as this database has them. Throws (exit code 3) if one is missing, or if it is not
 * certain which records belong to which preset.
 */
export function presetCounter(presets: Relation, records: Relation): CounterDefinition {
  const { key, preset } = findKeys(presets, records);
  const count = needColumn(presets, [presetNames.count]);
  return {
    id: `${presets.name}.${count.quoted}`,
    row: {
      schema: presets.schema,
      table: presets.table,
      key: [key.name],
      label: findColumn(presets, presetNames.label)?.name ?? null,
      count: count.name,
      touched: timeColumn(presets, [presetNames.touched])?.name ?? null,
    },
    via: null,
    record: {
      schema: records.schema,
      table: records.table,
      reference: [preset.name],
      through: null,
      time: timeColumn(records, presetNames.time)?.name ?? null,
      kind: findColumn(records, [presetNames.kind])?.name ?? null,
      user: null,
      where: null,
      amount: null,
    },
    onDelete: 'keeps',
    nouns: presetNouns,
    source: { kind: 'built-in', evidence: ['This console was made for this counter, and knows its names.'] },
    confidence: 'certain',
    writers: [],
  };
}

/**
 * The column that refers to a record's preset, and the column of presets it refers to. Throws if that would be a guess: counts
 * joined by the wrong columns look like correct ones.
 */
function findKeys(presets: Relation, records: Relation) {
  const references = records.references.filter(({ table }) => table === presets.oid);
  const usual = findColumn(records, [presetNames.reference]);
  if (!usual && references.length > 1)
    throw ambiguousKey(records.name, `refers to ${presetNames.rows} in several columns`);
  const preset = usual ?? needColumn(records, [references[0]?.column ?? null, presetNames.reference]);
  const target = references.find(({ column }) => column === preset.name)?.target;
  const primary = presets.keys.length === 1 ? (presets.keys[0] ?? null) : null;
  const key = needColumn(presets, [target ?? null, primary, presetNames.key]);
  if (!presets.unique.includes(key.name)) {
    throw ambiguousKey(
      presets.name,
      presets.keys.length > 1
        ? `has a primary key of ${presets.keys.length} columns (${presets.keys.join(', ')}), and ${key.name} is not unique`
        : `has no unique ${key.name}`,
    );
  }
  requireComparable(
    { table: presets.name, column: key },
    { table: records.name, column: preset },
    presetNouns.row,
  );
  return { key, preset };
}

function ambiguousKey(table: string, why: string): ConsoleError {
  return new ConsoleError({
    code: 'ambiguous-key',
    message: `The table ${table} ${why}, so it is not certain which records belong to which preset.`,
    hint: `Create a unique index on the key of ${presetNames.rows}, and a foreign key to it from ${presetNames.records}.`,
    exitCode: exitCodes.unreachable,
  });
}
