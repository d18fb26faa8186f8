// Reads a message from the syntax tree of its expression: each wording it can have, with {names} for values.
import { lookUp, returnsOf } from './scope.mjs';

const LONGEST_PART = 200;
/** Values whose text is not in the same file, and the name shown for each. */
const NAMES = {
  messageOf: 'reason',
  firstLine: 'reason',
  describe: 'reason',
  said: 'reason',
  error: 'reason',
  codeOf: 'code',
  nameOf: 'code',
  nameWithLine: 'KEY',
  showValue: 'value',
  DATA_ENDINGS: 'the endings of data files',
  andPassedOver: 'files that are passed over',
};
/** What the findings of a dwh.cfg say about a setting. */
const FINDINGS = {
  nameOf: 'KEY',
  show: 'value',
  missing: 'KEY is missing: add …',
  notFilledIn: 'KEY is not filled in: write …',
};
/** Functions that take their texts from a table that is listed separately. */
const ELSEWHERE = { adviceOn: 'By its code: see [AWS](#aws).' };
/** Functions and methods that only change how their value looks. */
const DRESSING = [
  'JSON.stringify',
  'Object.keys',
  'Math.min',
  'String',
  'String.fromCharCode',
  'bytes',
  'count',
  'hex',
  'uriOf',
  'joined',
  'quote',
  'printable',
];

/** The wordings of an expression; none if it is not a text. `scope` has the names around it. */
export function textsOf(node, scope, depth = 0) {
  const go = (other) => textsOf(other, scope, depth + 1);
  if (node == null || depth > 6) return [];
  switch (node.type) {
    case 'StringLiteral':
      return [node.value];
    case 'TemplateLiteral':
      return [node.quasis.map(({ cooked }, at) => cooked + partOf(node.expressions[at], scope, depth)).join('')];
    case 'ParenthesisExpression':
    case 'TsAsExpression':
    case 'TsConstAssertion':
      return go(node.expression);
    case 'ConditionalExpression':
      return [...go(node.consequent), ...go(node.alternate)];
    case 'BinaryExpression':
      return ['??', '||'].includes(node.operator) ? eitherOf(node, scope, depth) : [];
    case 'Identifier':
      return constantOf(node.value, scope, depth);
    case 'CallExpression':
      if (calledIn(node) in ELSEWHERE) return [ELSEWHERE[calledIn(node)]];
      return returnsOf(scope, calledIn(node)).flatMap((one) => textsOf(one.node, one.scope, depth + 1));
    default:
      return [];
  }
}

/** The text of a constant. A number only if its name marks it as a fixed constant. */
function constantOf(name, scope, depth) {
  const value = lookUp(scope, name);
  const isNumber = value?.type === 'NumericLiteral' && name === name.toUpperCase();
  return isNumber ? [String(value.value)] : textsOf(value, scope, depth + 1);
}

/** The left side, or its name if it is not a text, and the right side if it is not empty. */
function eitherOf({ left, right }, scope, depth) {
  const [first, second] = [left, right].map((node) => textsOf(node, scope, depth + 1));
  return [...(first.length === 0 ? [`{${nameOf(left)}}`] : first), ...second.filter((text) => text !== '')];
}

/** A value within a text: its wording if there is only one, its choices, or its name in braces. */
function partOf(node, scope, depth) {
  if (node === undefined) return '';
  if (node.callee?.value === 'counted') return `{number} ${node.arguments[1].expression.value}s`;
  const texts = [...new Set(textsOf(node, scope, depth + 1))];
  const [only, ...others] = texts.filter((text) => text.trim() !== '');
  if (only === undefined || texts.join('').length > LONGEST_PART) return texts.length === 1 ? '' : `{${nameOf(node)}}`;
  if (others.length > 0) return `(${[only, ...others].join(' | ')})`;
  return texts.length > 1 ? `[${only}]` : only;
}

/** The name of the called function of the same file, or method of the same class. */
function calledIn({ callee }) {
  return callee.object?.type === 'ThisExpression' ? callee.property.value : callee.value;
}

/** The name to show for a value. */
function nameOf(node) {
  switch (node?.type) {
    case 'Identifier':
      return NAMES[node.value] ?? node.value;
    case 'MemberExpression':
      return node.property.type === 'Computed' ? nameOf(node.object) : node.property.value;
    case 'CallExpression':
      return nameOfCall(node);
    case 'OptionalChainingExpression':
      return nameOf(node.base);
    case 'BinaryExpression':
      return nameOf(node.left);
    case 'ConditionalExpression':
      return nameOf(node.consequent);
    default:
      return node?.expression ? nameOf(node.expression) : '…';
  }
}

function nameOfCall({ callee, arguments: [first] }) {
  const name = callee.type === 'MemberExpression' ? `${callee.object.value}.${callee.property.value}` : callee.value;
  if (DRESSING.includes(name)) return nameOf(first?.expression);
  if (callee.object?.value === 'findings' || callee.object?.type === 'ThisExpression')
    return FINDINGS[callee.property.value] ?? 'value';
  return callee.type === 'MemberExpression' ? nameOf(callee.object) : (NAMES[name] ?? name ?? '…');
}
