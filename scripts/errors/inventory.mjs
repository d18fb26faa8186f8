// Every error the sources can raise, found in their syntax trees: where, with which exit code, what it says and its cure.
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseSync } from '@swc/core';
import { lookUp, walk } from './scope.mjs';
import { textsOf } from './texts.mjs';

const SOURCES = fileURLToPath(new URL('../../src/', import.meta.url));
/** The classes of src/errors.ts and those made from them, with the exit code they end a command with. */
const EXIT_CODES = {
  UsageError: 2,
  ConfigError: 2,
  DataError: 3,
  InterruptedError: 130,
  StarloadError: 1,
  WarehouseError: 1,
  StsUnreachable: 1,
};
/** Where in the arguments of each the message stands, if not first. */
const MESSAGE_AT = { WarehouseError: 1, ConfigError: 1, InterruptedError: 1, BadResult: 1 };
/** Methods of the configuration's findings, and where their message stands. */
const FINDINGS = { refuse: 1, refuseValue: 1, matching: 2 };
/** What stands beside `next` where errors are told apart: what is said, or by what it is known. */
const KNOWN_BY = ['message', 'what', 'reason', 'pattern', 'codes'];

/** The files that judge records: what they return, or call a reason, is why a record is refused. */
const JUDGES = [
  'objects/bundle.ts',
  'records/frame.ts',
  'records/malformed-json.ts',
  'records/past-mistakes.ts',
  'objects/sift.ts',
  'records/record.ts',
];
/** What the message of a finding in dwh.cfg begins with. */
const BEGINNINGS = { refuseValue: '{value} ', matching: '{value} ', complaint: '{value} ', fault: '{KEY} ' };

/** One `{ file, exitCode, messages, cures }` for each place in src/ that raises or explains an error. */
export function inventory() {
  const files = readdirSync(SOURCES, { recursive: true }).filter((name) => name.endsWith('.ts'));
  return files.sort().flatMap((file) => errorsOf(file, readFileSync(`${SOURCES}${file}`, 'utf8')));
}

function errorsOf(file, source) {
  const tree = parseSync(source, { syntax: 'typescript', target: 'es2023' });
  const found = [];
  walk(tree, (node, scope) => {
    const error =
      raised(node, scope) ?? explained(file, node, scope) ?? mistaken(file, node, scope) ?? judged(file, node, scope);
    if (error !== undefined) {
      found.push({ ...error, file, messages: error.messages.filter(isText), cures: error.cures.filter(isText) });
    }
  });
  return found.filter(({ messages, cures }) => messages.length + cures.length > 0);
}

/** Whether a text says more than the values in it. */
function isText(text) {
  return /\w/.test(text.replace(/\{[^}]*\}/g, ''));
}

/** `new StarloadError(message, { next })` and its kin. */
function raised(node, scope) {
  const name = node.callee?.value;
  if (node.type !== 'NewExpression' || !(name in EXIT_CODES || name === 'BadResult')) return undefined;
  const args = node.arguments.map(({ expression }) => expression);
  const options = args.findLast(({ type }) => type === 'ObjectExpression');
  const exitCode = EXIT_CODES[name] ?? textsOrNumber(args[0]);
  const prefix = name === 'InterruptedError' ? 'stopped by {signal}' : '';
  const messages = messagesOf(name, args, scope).map((text) => prefix + text);
  return { exitCode, messages, cures: textsOf(property(options, 'next'), scope) };
}

function messagesOf(name, args, scope) {
  if (name !== 'ConfigError') return textsOf(args[MESSAGE_AT[name] ?? 0], scope);
  const problems = args[1]?.elements ?? [];
  return problems.flatMap(({ expression }) =>
    textsOf(property(expression, 'message') ?? lookUp(scope, 'message'), scope),
  );
}

/** `BadResult(isConfigured ? 1 : 2, …)`: what the check command does. */
function textsOrNumber(node) {
  return node.type === 'NumericLiteral' ? node.value : 1;
}

/** A row of a table that tells errors apart: `{ pattern, next }`, `[pattern, next]` or `CODE: [message, next]`. */
function explained(file, node, scope) {
  const exitCode = /^config\/|parameters/.test(file) ? 2 : 1;
  if (node.type === 'ObjectExpression' && property(node, 'next') !== undefined) {
    const known = KNOWN_BY.map((name) => property(node, name)).find((value) => value !== undefined);
    if (known === undefined || property(node, 'status')?.value === 'warning') return undefined;
    return { exitCode, messages: knownBy(known, scope), cures: textsOf(property(node, 'next'), scope) };
  }
  if (node.type !== 'ArrayExpression' || node.elements.length < 2 || node.elements.length > 3) return undefined;
  const [first, last] = [node.elements[0], node.elements.at(-1)].map((element) => element?.expression);
  const isRow = first?.type === 'RegExpLiteral' || first?.type === 'StringLiteral';
  const cures = isRow ? textsOf(last, scope).filter((text) => /^[A-Z].*[.?]$/.test(text)) : [];
  return cures.length === 0 ? undefined : { exitCode, messages: knownBy(first, scope), cures };
}

/** A message, or by which words or codes of somebody else's message the error is known. */
function knownBy(node, scope) {
  if (node.type === 'RegExpLiteral') return [`… ${readable(node.pattern)} …`];
  if (node.type === 'ArrayExpression')
    return [`code ${node.elements.map(({ expression }) => expression.value).join(', ')}`];
  return textsOf(node, scope);
}

function readable(pattern) {
  const words = pattern.replace(/(?:\[\^[^\]]*\]|\.)(?:\*|\{\d+,\d+\})/g, ' … ').replace(/^\^|\\b|\\|\(\?:| \?/g, '');
  return words.replaceAll('|', ' | ').replace(/" … "/g, '"…"').replace(/ +/g, ' ');
}

/** A mistake in dwh.cfg: what it is and what to write instead stand in one sentence. */
function mistaken(file, node, scope) {
  if (!file.startsWith('config/')) return undefined;
  const method = node.type === 'CallExpression' ? node.callee.property?.value : undefined;
  const name = method ?? ['message', 'complaint', 'fault'].find((one) => property(node, one) !== undefined);
  const said = method === undefined ? property(node, name) : node.arguments[FINDINGS[method]]?.expression;
  const isFlaw = file === 'config/flaw.ts';
  const messages = textsOf(said, scope).map((text) => (isFlaw ? '{value} ' : (BEGINNINGS[name] ?? '')) + text);
  const whole = messages.filter((text) => !text.endsWith('{expectation}'));
  return whole.length === 0 ? undefined : { exitCode: 2, messages: whole, cures: [] };
}

/** Why a record is refused. */
function judged(file, node, scope) {
  if (!JUDGES.includes(file)) return undefined;
  const said = node.type === 'ReturnStatement' ? node.argument : property(node, 'reason');
  const messages = textsOf(said, scope).filter((text) => / .* /.test(text));
  return messages.length === 0 ? undefined : { exitCode: 3, messages, cures: [] };
}

/** The value of an object's property; of the short form `{ next }` its name. */
function property(node, name) {
  const found = node?.properties?.find((one) => (one.key ?? one).value === name);
  return found?.type === 'Identifier' ? found : found?.value;
}
