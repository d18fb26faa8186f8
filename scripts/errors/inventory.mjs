// Finds every error that the sources can raise, in their syntax trees: the file, the exit code, the message and the cure.
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseSync } from '@swc/core';
import { lookUp, walk } from './scope.mjs';
import { textsOf } from './texts.mjs';

const SOURCES = fileURLToPath(new URL('../../src/', import.meta.url));
/** The classes of src/errors.ts and their subclasses, with the exit code of a command that fails with them. */
const EXIT_CODES = {
  UsageError: 2,
  ConfigError: 2,
  DataError: 3,
  UnknownKeysError: 3,
  InterruptedError: 130,
  StarloadError: 1,
  WarehouseError: 1,
  StsUnreachable: 1,
};
/** The position of the message in the arguments of each, if not first. */
const MESSAGE_AT = { WarehouseError: 1, ConfigError: 1, InterruptedError: 1, BadResult: 1 };
/** Methods of the configuration's findings, and the position of their message. */
const FINDINGS = { refuse: 1, refuseValue: 1, matching: 2 };
/** The properties beside `next` where errors are told apart: the message, or how the error is recognised. */
const KNOWN_BY = ['message', 'what', 'reason', 'pattern', 'codes'];

/** The files that judge records. What they return, or give as `reason`, is why a record is refused. */
const JUDGES = [
  'objects/bundle.ts',
  'records/frame.ts',
  'records/malformed-json.ts',
  'records/past-mistakes.ts',
  'objects/sift.ts',
  'records/record.ts',
];
/** How the message of a finding in dwh.cfg begins. */
const BEGINNINGS = { refuseValue: '{value} ', matching: '{value} ', complaint: '{value} ', fault: '{KEY} ' };

/** Returns one `{ file, exitCode, messages, cures }` for each place in src/ that raises or explains an error. */
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

/** Whether a text contains more than placeholders for values. */
function isText(text) {
  return /\w/.test(text.replace(/\{[^}]*\}/g, ''));
}

/** `new StarloadError(message, { next })` and similar classes. */
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

/** `BadResult(isConfigured ? 1 : 2, …)` is what the check command uses. It is listed with exit code 1. */
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

/** A message, or the words or codes by which a third-party error is recognised. */
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

/** A mistake in dwh.cfg. One sentence says what it is and what to write instead. */
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

function judged(file, node, scope) {
  if (!JUDGES.includes(file)) return undefined;
  const said = node.type === 'ReturnStatement' ? node.argument : property(node, 'reason');
  const messages = textsOf(said, scope).filter((text) => / .* /.test(text));
  return messages.length === 0 ? undefined : { exitCode: 3, messages, cures: [] };
}

/** The value of an object's property, or the name for the short form `{ next }`. */
function property(node, name) {
  const found = node?.properties?.find((one) => (one.key ?? one).value === name);
  return found?.type === 'Identifier' ? found : found?.value;
}
