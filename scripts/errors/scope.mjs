// Finds the names that are visible at a place in a syntax tree: the constants and functions around it.

const FUNCTIONS = [
  'FunctionDeclaration',
  'FunctionExpression',
  'ArrowFunctionExpression',
  'ClassMethod',
  'PrivateMethod',
  'Constructor',
];

/** Calls `visit` with every node and its scope. */
export function walk(node, visit, scope = undefined) {
  if (node === null || typeof node !== 'object') return;
  const isScope = node.type === 'Module' || FUNCTIONS.includes(node.type);
  const inner = isScope ? scopeOf(node, scope) : scope;
  if (typeof node.type === 'string') visit(node, inner);
  for (const child of Object.values(node)) walk(child, visit, inner);
}

/** The initial value of a constant; undefined for anything else. */
export function lookUp(scope, name) {
  return scope === undefined || scope.names.has(name) ? scope?.names.get(name) : lookUp(scope.outer, name);
}

/** The return values of a function of the file, each `{ node, scope }`. */
export function returnsOf(scope, name) {
  if (scope === undefined) return [];
  const found = scope.functions.get(name);
  return found === undefined ? returnsOf(scope.outer, name) : returnedBy(found, scopeOf(found, scope));
}

function returnedBy(node, scope) {
  const body = node.body ?? node.function?.body;
  if (body?.stmts === undefined) return [{ node: body, scope }];
  const found = [];
  within(body, (one) => {
    if (one.type === 'ReturnStatement' && one.argument != null) found.push({ node: one.argument, scope });
  });
  return found;
}

function scopeOf(node, outer) {
  const scope = { outer, names: new Map(), functions: new Map() };
  for (const parameter of node.params ?? node.function?.params ?? []) bind(parameter, scope);
  for (const child of Object.values(node)) within(child, (one) => declare(one, scope));
  return scope;
}

function declare(node, { names, functions }) {
  if (node.type === 'FunctionDeclaration') functions.set(node.identifier.value, node);
  if (node.type === 'ClassMethod') functions.set(node.key.value, node);
  if (node.type !== 'VariableDeclarator') return;
  if (node.init?.type === 'ArrowFunctionExpression') functions.set(node.id.value, node.init);
  if (node.id.type === 'Identifier') names.set(node.id.value, node.init);
  else bind(node.id, { names });
}

/** Binds the names in a pattern or a parameter, since their values are unknown. */
function bind(pattern, scope) {
  within(pattern, (one) => {
    if (one.type === 'Identifier') scope.names.set(one.value, undefined);
  });
}

/** Visits every node outside inner functions, and those functions themselves. */
function within(node, visit) {
  if (node === null || typeof node !== 'object') return;
  if (typeof node.type === 'string') visit(node);
  if (FUNCTIONS.includes(node.type)) return;
  for (const child of Object.values(node)) within(child, visit);
}
