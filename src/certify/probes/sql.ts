import { batchProbe, OTHER, type Probe } from '../probe.ts';

const ONE_ROW = ['CREATE TEMP TABLE probe (v BIGINT)', 'INSERT INTO probe VALUES (1541121934796)'];
const MARK = 'starload certify';

/** How the warehouse evaluates expressions on which the model, or its first version, relies. */
export const SQL_PROBES: readonly Probe[] = [
  batchProbe({
    name: 'cast_error',
    question: 'what the error of a failed cast contains',
    answers: { with_text: 'the text to be cast', without_text: 'not the text' },
    prepare: ONE_ROW,
    sql: `SELECT CAST(CASE WHEN COUNT(*) = 1 THEN '${MARK}' ELSE '0' END AS INTEGER) AS found FROM probe`,
    found: {},
    failed: (error) => (error.includes(MARK) ? 'with_text' : 'without_text'),
  }),
  batchProbe({
    name: 'bare_literals',
    question: 'a bare literal that is a column, used in an expression',
    answers: { refused: 'refused', converted: 'converted' },
    prepare: ONE_ROW,
    sql: "SELECT CAST(word AS VARCHAR(9)) || '!' AS found FROM (SELECT 'bare' AS word FROM probe) AS words",
    found: { 'bare!': 'converted' },
    failed: (error) => (/conversion function from "unknown"/.test(error) ? 'refused' : OTHER),
  }),
  batchProbe({
    name: 'sysdate_default',
    question: 'DEFAULT SYSDATE of a COPY, and SYSDATE later in its transaction',
    answers: { same: 'the same', different: 'a different time' },
    prepare: ['CREATE TEMP TABLE probe (v BIGINT, loaded_at TIMESTAMP DEFAULT SYSDATE)'],
    file: { text: '{"v":1}' },
    sql: "SELECT CASE WHEN loaded_at = SYSDATE THEN 'same' ELSE 'different' END AS found FROM probe",
    found: { same: 'same', different: 'different' },
    failed: () => OTHER,
  }),
  batchProbe({
    name: 'numeric_interval',
    question: 'NUMERIC * INTERVAL',
    answers: { exact: 'milliseconds are kept', whole_seconds: 'whole seconds', refused: 'refused' },
    prepare: ONE_ROW,
    sql: "SELECT CAST(TIMESTAMP '1970-01-01 00:00:00' + (v / 1000.0) * INTERVAL '1 second' AS VARCHAR(64)) AS found FROM probe",
    found: {
      '2018-11-02 01:25:34.796': 'exact',
      '2018-11-02 01:25:34': 'whole_seconds',
      '2018-11-02 01:25:35': 'whole_seconds',
    },
    failed: () => 'refused',
  }),
];
