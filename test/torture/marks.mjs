/**
 * Makes a loader tell where it is, and stop there. Loaded before dist/main.js with --import, so that the product itself
 * needs no place for it. Each mark goes to file descriptor 3, a line of JSON each: `> SQL` before a statement is handed to
 * the driver, `~ SQL` when it has been, `< SQL` when it was answered; other marks stand for themselves.
 *
 * STARLOAD_TORTURE_STOP, where it is set, is JSON: at which mark the process sends itself a `signal`, by its `number` from 0
 * or by a `pattern` of its text, and how many `microseconds` later, while other threads work on.
 */
import { subscribe } from 'node:diagnostics_channel';
import fs from 'node:fs';
import { createRequire, syncBuiltinESMExports } from 'node:module';

const require = createRequire(import.meta.url);
const stop = JSON.parse(process.env.STARLOAD_TORTURE_STOP ?? '{}');
const pattern = stop.pattern === undefined ? undefined : new RegExp(stop.pattern);
const LONGEST = 300;
const write = fs.writeSync;
let marks = 0;
let stopped = false;

/** Says where the process is, and stops it there when it was told to. */
function mark(text) {
  write(3, `${JSON.stringify(text)}\n`);
  const isThere = stop.number === marks || pattern?.test(text);
  marks += 1;
  if (isThere && !stopped) {
    stopped = true;
    pause(stop.microseconds ?? 0);
    process.kill(process.pid, stop.signal);
  }
}

function oneLine(sql) {
  return String(sql)
    .replaceAll(/--[^\n]*/g, '')
    .replaceAll(/\s+/g, ' ')
    .trim()
    .slice(0, LONGEST);
}

function pause(length) {
  for (const end = process.hrtime.bigint() + BigInt(length) * 1000n; process.hrtime.bigint() < end; ) {
    // Busy, so that the time is kept to the microsecond.
  }
}

/** Marks the calls of a driver's method; `textOf` says what a call is about. */
function watch(type, method, textOf) {
  const original = type.prototype[method];
  type.prototype[method] = function watched(...args) {
    const text = textOf(args);
    mark(`> ${text}`);
    const answer = original.apply(this, args);
    mark(`~ ${text}`);
    answer?.then?.(
      () => mark(`< ${text}`),
      () => mark(`! ${text}`),
    );
    answer?.once?.('finish', () => mark(`< ${text}`));
    return answer;
  };
}

function watchStory() {
  const original = process.stderr.write;
  process.stderr.write = function told(text, ...rest) {
    const [word] = /found|to load|read/.exec(String(text)) ?? [];
    if (word !== undefined) {
      mark({ found: 'listed', 'to load': 'planned', read: 'read' }[word]);
    }
    return original.call(this, text, ...rest);
  };
}

function watchSpool() {
  const original = fs.openSync;
  fs.openSync = (path, flags, ...rest) => {
    if (flags === 'ax') {
      mark(`spool ${String(path).split('/').at(-1)}`);
    }
    return original(path, flags, ...rest);
  };
  syncBuiltinESMExports();
}

function watchRequests() {
  const names = new WeakMap();
  subscribe('http.client.request.start', ({ request }) => {
    names.set(request, requestName(request));
    mark(`~ ${names.get(request)}`);
  });
  subscribe('http.client.response.finish', ({ request }) => mark(`< ${names.get(request)}`));
}

function requestName(request) {
  const operation = request.getHeader('x-amz-target');
  const path = request.path.split('?')[0].replace(/\d{8}T\w+[^/]*/, 'RUN');
  return operation === undefined ? `S3 ${request.method} ${path}` : String(operation).replace('RedshiftData.', '');
}

watchStory();
watchSpool();
if (process.env.STARLOAD_TORTURE_ENGINE === 'redshift') {
  watchRequests();
} else {
  const { DuckDBConnection } = require('@duckdb/node-api');
  watch(DuckDBConnection, 'run', ([sql]) => oneLine(sql));
  watch(DuckDBConnection, 'runAndReadAll', ([sql]) => oneLine(sql));
}
if (process.env.STARLOAD_TORTURE_ENGINE === 'postgres') {
  watch(require('pg').Client, 'query', ([query]) => oneLine(query.text ?? query));
}
process.on('exit', () => mark('leaving'));
mark('started');
