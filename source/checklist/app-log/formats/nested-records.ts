import { type Fields, isFields, objectOfPairs, speaks } from './fields.ts';

/** The field of an answer that holds its records: CloudWatch's, Datadog's and others'. */
const listNames = ['events', 'result', 'results', 'entries', 'logs', 'rows', 'data', 'value'];

/**
 * The records within an object that is not one itself: an answer of CloudWatch, Loki or Datadog, a batch of OpenTelemetry,
 * a request of a Cloudflare worker, or Sentry's breadcrumbs. Null for any other object; one with a message or a level is a record.
 */
export function nestedRecords(value: Fields): Fields[] | null {
  const found = telemetry(value) ?? streams(value) ?? worker(value);
  if (found) return found;
  if (speaks(value)) return null;
  if (isFields(value.breadcrumbs)) return objectsIn(value.breadcrumbs.values);
  for (const name of listNames) {
    const list = value[name];
    if (!Array.isArray(list) || list.length === 0) continue;
    const records = list.map(item => (isFields(item) ? item : objectOfPairs(item)));
    if (records.every(isFields)) return records;
  }
  return null;
}

/** OpenTelemetry's resourceLogs: [{ scopeLogs: [{ logRecords }] }]. */
function telemetry({ resourceLogs }: Fields): Fields[] | null {
  if (!Array.isArray(resourceLogs)) return null;
  const all = (lists: readonly unknown[], name: string): Fields[] =>
    lists.filter(isFields).flatMap(object => objectsIn(object[name]));
  return all(all(resourceLogs, 'scopeLogs'), 'logRecords');
}

/** Loki's data: { result: [{ stream, values: [[time, line]] }] }. */
function streams({ data }: Fields): Fields[] | null {
  const result = isFields(data) ? data.result : null;
  if (!Array.isArray(result) || !result.every(item => isFields(item) && Array.isArray(item.values)))
    return null;
  return result.flatMap(({ stream, values }: Fields) =>
    (values as unknown[])
      .filter(Array.isArray)
      .map(([timestamp, line]: unknown[]) => ({ timestamp, line, stream })),
  );
}

/** What a worker printed for one request, and the exceptions that it did not catch. */
function worker({ exceptions, logs, eventTimestamp }: Fields): Fields[] | null {
  if (!Array.isArray(exceptions) || !Array.isArray(logs)) return null;
  const thrown = objectsIn(exceptions).map(exception => ({ ...exception, level: 'error' }));
  const all = [...objectsIn(logs), ...thrown];
  return all.length > 0 ? all : [{ timestamp: eventTimestamp, level: 'info' }];
}

const objectsIn = (list: unknown): Fields[] => (Array.isArray(list) ? list.filter(isFields) : []);
