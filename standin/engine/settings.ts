import { type Reader, refusal } from './reader.ts';
import type { Plan } from './translation.ts';

/** The parameters that a session can set. AWS: "Configuration reference" (cm_chap_ConfigurationRef). */
export const SETTINGS: ReadonlyMap<string, string> = new Map([
  ['search_path', '$user, public'],
  ['timezone', 'UTC'],
  ['statement_timeout', '0'],
  ['enable_case_sensitive_identifier', 'off'],
  ['query_group', 'unset'],
  ['datestyle', 'ISO, MDY'],
  ['extra_float_digits', '0'],
  ['enable_result_cache_for_session', 'on'],
  ['describe_field_name_in_uppercase', 'off'],
  ['analyze_threshold_percent', '10'],
  ['wlm_query_slot_count', '1'],
  ['application_name', ''],
]);

/** SET name TO value. AWS: "SET". */
export function readSet(reader: Reader): Plan {
  reader.take();
  if (!reader.skip('session')) reader.skip('local');
  const isZone = reader.skip('time', 'zone');
  const name = isZone ? 'timezone' : readSetting(reader);
  if (!isZone && !reader.skip('to')) reader.expect('=');
  if (reader.skip('default')) return { kind: 'set', name, value: undefined };
  const values = [readValue(reader)];
  while (reader.skip(',')) values.push(readValue(reader));
  if (values.length > 1 && name !== 'search_path') throw refusal(`SET ${name} takes only one argument`);
  return { kind: 'set', name, value: values.join(', ') };
}

/** AWS: "RESET". */
export function readReset(reader: Reader): Plan {
  reader.take();
  return { kind: 'set', name: readSetting(reader), value: undefined };
}

/** The lists of SHOW besides settings. AWS: "SHOW COLUMNS", "SHOW DATABASES" and similar pages. */
const CATALOGUE = [
  'columns',
  'constraints',
  'databases',
  'functions',
  'grants',
  'parameters',
  'policies',
  'procedures',
  'schemas',
  'table',
  'tables',
  'view',
];

/** AWS: "SHOW". */
export function readShow(reader: Reader): Plan {
  reader.take();
  const token = reader.peek();
  if (CATALOGUE.includes(token.key)) throw refusal(`SHOW ${token.text.toUpperCase()} is not imitated`, token);
  return { kind: 'show', name: readSetting(reader) };
}

function readSetting(reader: Reader): string {
  const token = reader.peek();
  const name = reader.name();
  if (!SETTINGS.has(name)) throw refusal(`unrecognized configuration parameter "${name}"`, token);
  return name;
}

function readValue(reader: Reader): string {
  const isNegative = reader.skip('-');
  const { kind, value } = reader.peek();
  if (kind === 'operator' || kind === 'parameter' || kind === 'end') reader.refuse();
  reader.take();
  return `${isNegative ? '-' : ''}${value}`;
}
