// Frames events with some unknown keys each, 256 MB in all, and prints the seconds of CPU time that it took: with `count`,
// what becomes of every key is counted, as a load does. Used by bench/unknown-keys.mjs.
import { RecordFramer } from '../dist/records/frame.js';
import { UnknownKeys } from '../dist/records/unknown-keys.js';
import { wantedKeys } from '../dist/records/wanted-keys.js';
import { tablesOf } from '../dist/sql/catalogue.js';
import { loadModel } from '../dist/sql/read-model.js';

const [how, unknownKeys] = process.argv.slice(2);
const BYTES = 32 * 1024 * 1024;
const PASSES = 8;
const CHUNK = 256 * 1024;

const table = tablesOf(loadModel(), 'staging').find(({ name }) => name === 'staging_events');
const wanted = wantedKeys(table);
const columns = wanted.names;
const unknown = how === 'count' ? new UnknownKeys({ ignored: table.ignored, columns }) : undefined;
const bytes = Buffer.concat(records(Number(unknownKeys)));
const framer = new RecordFramer({ wanted, unknown, sink: { segment() {}, endRecord() {} } });
pass();
const before = process.cpuUsage();
for (let done = 0; done < PASSES; done += 1) pass();
const { user, system } = process.cpuUsage(before);
console.log((user + system) / 1e6);

function pass() {
  for (let from = 0; from < bytes.length; from += CHUNK) framer.push(bytes.subarray(from, from + CHUNK));
  framer.end();
  unknown?.keepFile('file');
}

function records(more) {
  const others = Object.fromEntries(Array.from({ length: more }, (_, at) => [`another_key_${at}`, `value ${at}`]));
  const event = {
    artist: 'Sydney Youngblood',
    auth: 'Logged In',
    firstName: 'Jacob',
    gender: 'M',
    itemInSession: 53,
    lastName: 'Klein',
    length: 238.07955,
    level: 'paid',
    location: 'Tampa-St. Petersburg-Clearwater, FL',
    method: 'PUT',
    page: 'NextSong',
    registration: 1540558108796,
    sessionId: 954,
    song: "Ain't No Sunshine",
    status: 200,
    ts: 1543449657796,
    userAgent: 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_9_4) AppleWebKit/537.78.2 (KHTML, like Gecko)',
    userId: '73',
    ...others,
  };
  const lines = [];
  for (let size = 0; size < BYTES; size += lines.at(-1).length) {
    lines.push(Buffer.from(`${JSON.stringify({ ...event, itemInSession: lines.length })}\n`));
  }
  return lines;
}
